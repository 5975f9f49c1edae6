"""What Discord refuses, apart from layouts, and whom a message notifies.

Pure checks on decoded JSON; the limits are those of Discord's documentation. Where it is not clear
whether Discord forgives something, it is refused here.
"""

import re
from collections.abc import Collection, Sequence

from discord_server.things import Interaction, JsonObject, objects

ANSWER_WITHIN_S = 3.0
TOKEN_LASTS_S = 15 * 60.0
REQUEST_MAX_BYTES = 25 * 1024 * 1024
FILES_MAX = 10
FILE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,260}", re.ASCII)


class Refused(Exception):
    """Discord's answer to what it does not take."""

    def __init__(
        self, status: int, code: int, message: str, errors: JsonObject | None = None
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: JsonObject = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


class Form:
    """Collects what is wrong with a body, as Discord lists it: by the path of each field."""

    def __init__(self) -> None:
        self._errors: JsonObject = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note a problem at *path*, whose parts are joined by dots."""
        node = self._errors
        for part in path.split("."):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, value: Sequence[object] | None, low: int, high: int) -> None:
        """Note a problem unless *value* has *low* to *high* characters or items."""
        if value is None and low:
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif value is not None and not low <= len(value) <= high:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def done(self) -> None:
        """Raise `Refused` (50035) if anything was wrong."""
        if self._errors:
            raise Refused(400, 50035, "Invalid Form Body", self._errors)


def check_answer(interaction: Interaction, now: float, within_s: float) -> None:
    """Whether a first answer is still taken at *now* on the clock that sent it."""
    if interaction.answered_at is not None:
        raise Refused(400, 40060, "Interaction has already been acknowledged.")
    if now - interaction.sent_at > within_s:
        raise Refused(404, 10062, "Unknown interaction")


def check_token(interaction: Interaction, now: float) -> None:
    """Whether the interaction's token still opens anything."""
    if now - interaction.sent_at > TOKEN_LASTS_S:
        raise Refused(401, 50027, "Invalid Webhook Token")


def check_uploads(uploads: dict[int, tuple[str, bytes]], file_limit_bytes: int) -> None:
    """Sizes, number and names of uploaded files."""
    sizes = [len(content) for _, content in uploads.values()]
    if sum(sizes) > REQUEST_MAX_BYTES or any(size > file_limit_bytes for size in sizes):
        raise Refused(413, 40005, "Request entity too large")
    form = Form()
    form.length("attachments", sizes, 0, FILES_MAX)
    for index, (name, _) in uploads.items():
        if not FILE_NAME.fullmatch(name):
            path = f"attachments.{index}.filename"
            form.wrong(path, "BASE_TYPE_BAD_VALUE", "ASCII letters, digits, '_', '.', '-' only")
    form.done()


SLASH = 1
"""The type of a command that is typed; those in menus have others."""


def check_commands(commands: Sequence[JsonObject]) -> None:
    """Whether these commands can be registered together."""
    form = Form()
    for index, command in enumerate(commands):
        name, slash = command["name"], command.get("type", SLASH) == SLASH
        named = re.fullmatch(r"[-_'\w]{1,32}" if slash else r"\S(.{0,30}\S)?", name)
        if not named or (slash and name != name.lower()):
            form.wrong(f"{index}.name", "APPLICATION_COMMAND_INVALID_NAME", "Not a command's name")
        if slash:
            form.length(f"{index}.description", command.get("description"), 1, 100)
        elif command.get("description"):
            form.wrong(
                f"{index}.description", "BASE_TYPE_MAX_LENGTH", "Only slash commands have one"
            )
        options = objects(command, "options")
        form.length(f"{index}.options", options, 0, 25)
        required = [bool(option.get("required")) for option in options]
        if required != sorted(required, reverse=True):
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            form.wrong(f"{index}.options", code, "Required options must come first")
        for place, option in enumerate(options):
            where = f"{index}.options.{place}"
            form.length(f"{where}.description", option.get("description"), 1, 100)
            form.length(f"{where}.choices", option.get("choices"), 0, 25)
    form.done()


def pinged(
    text: str, allowed: JsonObject | None, *, replied_to: int | None, everyone: Collection[int]
) -> set[int]:
    """Whom a new message with this text notifies.

    *allowed* is its ``allowed_mentions``; without it every mention counts, and so does the author
    of the message it replies to. *everyone* is empty where the bot may not mention everyone.
    Markdown is not looked at: a mention inside code, which Discord would spare, notifies here.
    """
    mentioned = {int(found) for found in re.findall(r"<@!?(\d+)>", text)}
    to_all = re.search(r"@(everyone|here)\b", text) is not None
    author = set[int]() if replied_to is None else {replied_to}
    if allowed is None:
        return mentioned | author | set(everyone if to_all else ())
    parse: list[str] = allowed.get("parse") or []
    listed: list[int | str] = allowed.get("users") or []
    if listed and "users" in parse:
        form = Form()
        form.wrong("allowed_mentions", "MUTUALLY_EXCLUSIVE", "parse:users and users are exclusive")
        form.done()
    notified = mentioned if "users" in parse else mentioned & {int(user_id) for user_id in listed}
    if allowed.get("replied_user"):
        notified = notified | author
    return notified | set(everyone if to_all and "everyone" in parse else ())
