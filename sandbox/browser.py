"""Opens an address for the person at the terminal, where that is possible."""

import threading
import webbrowser
from pathlib import PurePath

TEXT_ONLY = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
"""Python's module takes these for browsers too; they would take over the terminal."""


def open_browser(url: str) -> None:
    """Show *url* in a browser that has windows; nothing where there is none. Does not wait."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if PurePath(browser.name).name not in TEXT_ONLY:
        # some return only when the browser is closed: nobody waits for this thread
        threading.Thread(target=browser.open, args=(url,), daemon=True).start()
