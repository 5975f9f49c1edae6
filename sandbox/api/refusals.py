"""Answers that say no, in the envelope shapes that the API is known to use.

Each kind of refusal has one shape, so that together they show a client all of them. Nothing here
decides when to refuse.
"""

from collections.abc import Mapping
from uuid import uuid4

from aiohttp import web

from sandbox.api.models import Model

_HTML = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
_RETRY_AFTER_S = 5


GENERATION_FAILED = 98
SERVICE_UNAVAILABLE = 99


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, object] | str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers

    def response(self) -> web.Response:
        """The HTTP answer: a text body is HTML, everything else JSON."""
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, content_type="text/html")
        return web.json_response(self.body, status=self.status, headers=self.headers)


def key_missing_or_invalid() -> Refusal:
    return Refusal(401, _error({"code": 401, "message": "missing or invalid API key"}))


def no_credit() -> Refusal:
    return Refusal(402, _status(402, "insufficient balance", 40201))


def no_permission() -> Refusal:
    return Refusal(403, _error({"code": "403", "error_message": "no permission for this model"}))


def moderated() -> Refusal:
    return Refusal(403, _error({"code": 403, "message": "sensitive content detected"}))


def not_json() -> Refusal:
    return Refusal(400, {"error": "request body is not valid JSON"})


def unknown_model(name: str) -> Refusal:
    return Refusal(400, {"error": f"model not found: {name}"})


def wrong_shape(detail: str) -> Refusal:
    return Refusal(422, {"detail": detail})


def bad_parameter(code: str, message: str) -> Refusal:
    return Refusal(400, _status(400, message, code))


def not_supported(reason: str) -> Refusal:
    """The source is no source of that; *reason* is the provider's word."""
    return Refusal(400, _error({"code": 400, "message": reason}))


def task_not_found() -> Refusal:
    return Refusal(404, {"message": "task not found"})


def rate_limited() -> Refusal:
    headers = {"Retry-After": str(_RETRY_AFTER_S)}
    return Refusal(429, {"error": "rate limit exceeded"}, headers)


def internal_error() -> Refusal:
    return Refusal(500, {"message": "internal error"})


def bad_gateway() -> Refusal:
    return Refusal(502, _HTML)


def unavailable(model: Model) -> Refusal:
    return Refusal(503, _status(503, "service unavailable", model.code(SERVICE_UNAVAILABLE)))


def _status(code: int, message: str, error_code: int | str) -> Mapping[str, object]:
    status = {"code": code, "message": message, "error_code": error_code}
    return {"status": status, "data": None}


def _error(error: Mapping[str, object]) -> Mapping[str, object]:
    return {"error": error, "request_id": str(uuid4())}
