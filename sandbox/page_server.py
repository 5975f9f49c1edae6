"""Serves SimCord's page with a little more: where images go, and where links lead."""

from pathlib import Path
from typing import Any

from simcord.preview._server import PreviewServer

_STYLE = """
.component-gallery { margin-top: 8px; }
.component-gallery .media-lightbox-trigger { width: 100%; }
.gallery-image { aspect-ratio: 1; }
.channel-message:focus { outline: 2px solid #5865f2; outline-offset: 4px; border-radius: 8px; }
"""
"""Keeps an image's place free until it is loaded: whoever reads the newest message stays there."""

_LINKS = Path(__file__).with_name("links.js")


class PageServer(PreviewServer):
    """SimCord's own server, whose style and program end with ours."""

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        if request.path == "/preview.css":
            response.text += _STYLE
        elif request.path == "/app.js":
            response.text += _LINKS.read_text(encoding="utf-8")
        return response
