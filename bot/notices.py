"""Sentences for who runs the bot: in the terminal and in the log, without any markup."""

from collections.abc import Iterable

from bot.texts import listed

# ------------------------------------------------------------------ starting up (for the operator)

SETTINGS_INTRO = "remixbot cannot start: please mend these settings (in .env or the environment):"
LOGIN_REFUSED = (
    "Discord refused the token. Copy a new one from the developer portal "
    "(your application > Bot > Reset Token) into DISCORD_TOKEN."
)
NO_NETWORK = "Discord cannot be reached. Check this machine's network, then start again."

# ------------------------------------------------------------------ checking (for the operator)

CHECK_DESCRIPTION = "A Discord bot in front of the Vtrix API. Without a command it runs."
CHECK_HELP = "say whether token, key, database and permissions are right, without starting the bot"
CHECK_RIGHT = "right"
CHECK_WRONG = "WRONG"
CHECK_DATABASE_NEW = "Database: it can be made; the first start does that."
CHECK_DATABASE_OLD = "Database: an older version wrote it; the next start brings it up to date."
CHECK_DATABASE_READY = "Database: it is there and up to date."
CHECK_KEY = "API key: the API takes it."
CHECK_NO_SERVERS = "Servers: the bot is in none. Invite it by the link that it logs when it starts."


def check_database_wrong(sentence: str) -> str:
    return f"Database: {sentence}"


def check_key_wrong(sentence: str) -> str:
    return f"API key: {sentence}"


def check_key_untold(detail: str) -> str:
    return (
        f"API key: I could not tell ({detail}). Check VTRIX_API_URL, this machine's network and "
        "the API's status."
    )


def check_token(name: str) -> str:
    return f"Discord token: it belongs to {name}."


def check_token_wrong(sentence: str) -> str:
    return f"Discord token: {sentence}"


def check_server(name: str) -> str:
    return f"Server {name}: the bot may do all that it needs."


def check_server_lacks(name: str, permissions: Iterable[str]) -> str:
    return (
        f"Server {name}: the bot lacks {listed(permissions)}. Allow it for the bot's role in "
        "Server Settings > Roles."
    )


def check_server_closed(name: str) -> str:
    return f"Server {name}: ALLOWED_GUILDS does not name it, so the bot does nothing there."


def check_server_untold(name: str, detail: str) -> str:
    return f"Server {name}: I could not tell ({detail})."


CLOSING_HANGS = (
    "Something did not close in time. Ending without it: open jobs go on at the next start."
)


def database_unusable(detail: str) -> str:
    return f"The database cannot be used ({detail}). Check DATABASE_URL and its folder."


def logged_in(name: str, servers: int) -> str:
    return f"Logged in as {name}, in {servers} {'server' if servers == 1 else 'servers'}."


def invite(url: str) -> str:
    return f"Invite link: {url}"


OPEN_TO_ALL = (
    "Anyone can invite this bot and spend your credit: switch off Public Bot in the developer "
    "portal (your application > Bot), or name your servers in ALLOWED_GUILDS."
)
