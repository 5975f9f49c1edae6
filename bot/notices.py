"""Sentences for who runs the bot: in the terminal and in the log, without any markup."""

from collections.abc import Iterable

from bot.texts import listed

# ------------------------------------------------------------------ starting up (for the operator)

SETTINGS_INTRO = "remixbot cannot start: please mend these settings (in .env or the environment):"
LOGIN_REFUSED = (
    "Discord refused the token. Copy a new one from the developer portal "
    "(your application > Bot > Reset Token) into DISCORD_TOKEN."
)


def env_file_unreadable(name: str, detail: str) -> str:
    return f"{name} can't be read ({detail}): check who owns it and its permissions."


def env_file_is_folder(name: str) -> str:
    return f"{name} is a folder. It must be a file: copy .env.example."


def env_file_dangling(name: str) -> str:
    return f"{name} is a link to a file that doesn't exist."


def env_file_utf16(name: str) -> str:
    return f"{name} is in UTF-16 or UTF-32: save it as UTF-8."


def env_file_nul(name: str, line: int) -> str:
    return f"{name}, line {line}: there's a NUL character in it. Is it UTF-16? Save it as UTF-8."


def env_file_not_utf8(name: str, line: int) -> str:
    return f"{name}, line {line}: one of its letters isn't UTF-8. Save the file as UTF-8."


def env_file_line(name: str, line: int) -> str:
    return (
        f"{name}, line {line}: I can't read it. A line is NAME=value; a value that begins with a "
        "quote must end with the same one."
    )


def env_file_repeats(name: str, setting: str) -> str:
    return f"{name} sets {setting} more than once: the last one counts."


def env_file_open(name: str) -> str:
    return (
        f"{name} holds secrets, and its permissions let other users of this machine open it: "
        f"chmod 600 {name}"
    )


def unknown_setting(name: str, meant: str | None) -> str:
    """*name* is set and means nothing; *meant* is a setting that is called nearly so."""
    instead = f" Did you mean {meant}?" if meant else ""
    return f"{name} is set, but there's no such setting.{instead}"


def unknown_line(name: str, line: int) -> str:
    return f"{name}, line {line}: there's no setting of that name."


def proxy_unused(name: str) -> str:
    return (
        f"{name} is set, but this bot uses no proxy: it connects to Discord, the API and the "
        "images itself."
    )


# ------------------------------------------------------------------ connecting (for the operator)

TOO_LARGE = (
    "Discord wants a bot in so many servers to run in several parts (shards), and this one runs in "
    "one piece: take it out of some servers."
)
TOO_OLD = "Discord no longer speaks the version of its gateway that this bot does: update the bot."
INTENTS_REFUSED = (
    "Discord refuses what the bot wants to hear of. It needs no privileged intents: is "
    "DISCORD_TOKEN that of another application?"
)
CLOUDFLARE_BAN = (
    "Cloudflare, which stands in front of Discord, has banned this machine's address for a while "
    "(HTTP 429)."
)
CLOUDFLARE_REFUSES = (
    "Cloudflare, which stands in front of Discord, or a firewall lets this machine in nowhere "
    "(HTTP 403)."
)
TOO_MANY_REQUESTS = "Discord asks this bot to wait: it was asked too much (HTTP 429)."
GATEWAY_CLOSES = "Discord's gateway closes the connection."
DISCORD_SILENT = "Discord doesn't answer in time."
NAME_UNKNOWN = (
    "The name of Discord's server can't be looked up: check this machine's network and DNS."
)
NOT_DISCORDS_CERTIFICATE = (
    "What answers in Discord's place doesn't have its certificate: check this machine's clock, "
    "its certificates, and what stands between it and Discord."
)
NOT_DISCORD = (
    "Something answers in Discord's place, and not as Discord does: a proxy, a firewall, or a "
    "network that wants somebody to sign in first."
)
STARTS_USED_UP = "Discord allows this bot no more starts for now: it has started too often."


def discord_out_of_order(status: int) -> str:
    return f"Discord is out of order (HTTP {status})."


def discord_unreachable(detail: str) -> str:
    return f"Discord can't be reached ({detail}): check this machine's network and firewall."


def waiting(sentence: str, wait_s: float) -> str:
    """For a log line: what is in the way, and when it is tried again."""
    return f"{sentence} Next attempt in {max(1, round(wait_s))} s."


# ------------------------------------------------------------------ checking (for the operator)

CHECK_DESCRIPTION = "A Discord bot in front of the Vtrix API. Without a command it runs."
CHECK_HELP = "say whether token, key, database and permissions are right, without starting the bot"
CHECK_RIGHT = "right"
CHECK_WRONG = "WRONG"
CHECK_UNTOLD = "unsure"
CHECK_ADVICE = "advice"
CHECK_DATABASE_NEW = "Database: it can be made; the first start does that."
CHECK_DATABASE_OLD = "Database: an older version wrote it; the next start brings it up to date."
CHECK_DATABASE_READY = "Database: it is there and up to date."
CHECK_KEY = "API key: the API takes it."
CHECK_NOT_THE_API = (
    "API key: I can't tell, because what answers at VTRIX_API_URL doesn't answer like the API. "
    "Check that address."
)
CHECK_NO_TLS = (
    "API key: I can't tell, because what answers at VTRIX_API_URL has no certificate for that name "
    "that this machine trusts, or speaks no TLS. Check that address, and this machine's clock."
)
CHECK_NO_SERVERS = "Servers: the bot is in none. Invite it by the link that it logs when it starts."


def check_settings(sentence: str) -> str:
    return f"Settings: {sentence}"


def check_database_wrong(sentence: str) -> str:
    return f"Database: {sentence}"


def check_key_wrong(sentence: str) -> str:
    return f"API key: {sentence}"


def check_key_untold(detail: str) -> str:
    return (
        f"API key: I can't tell ({detail}). Check VTRIX_API_URL, this machine's network and the "
        "API's status."
    )


def check_token(name: str) -> str:
    return f"Discord token: it belongs to {name}."


def check_token_wrong(sentence: str) -> str:
    return f"Discord token: {sentence}"


def check_token_untold(sentence: str) -> str:
    return f"Discord token: I can't tell. {sentence}"


def check_servers_untold(sentence: str) -> str:
    return f"Servers: I can't tell. {sentence}"


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
    return f"Server {name}: I can't tell ({detail})."


CLOSING_HANGS = (
    "Something did not close in time. Ending without it: open jobs go on at the next start."
)


_NO_TLS = (
    "The server does not speak TLS, or broke off over it: compare sslmode in DATABASE_URL with the "
    "server's settings."
)
_DATABASE = {
    "ConnectionError": _NO_TLS,
    "SSLError": _NO_TLS,
    "SSLCertVerificationError": "The server's certificate is not trusted here, or is not for the "
    "host in DATABASE_URL: check sslrootcert and the host.",
    "InvalidPasswordError": "PostgreSQL refuses the user name or the password in DATABASE_URL.",
    "InvalidAuthorizationSpecificationError": "PostgreSQL does not let this user in, or not from "
    "this machine: check the user in DATABASE_URL and the server's pg_hba.conf.",
    "InvalidCatalogNameError": "The server has no database of the name in DATABASE_URL: create it "
    "first.",
    "InsufficientPrivilegeError": "The user in DATABASE_URL may not make tables there: make it the "
    "owner of the database, or grant it CREATE on the schema.",
}
"""What to do, by the name of the driver's error."""


_DATABASE_AWAY = {
    "ReadOnlySQLTransactionError": "The database takes no writes: it's a standby, or set to "
    "read-only",
}
"""What is the matter, by the name of the driver's error."""


def database_unusable(detail: str) -> str:
    advice = _DATABASE.get(detail, "Check DATABASE_URL and its folder.")
    return f"The database cannot be used ({detail}). {advice}"


def database_away(detail: str, pause_s: float) -> str:
    trouble = _DATABASE_AWAY.get(detail, "The database does not answer, or takes nobody in")
    return f"{trouble} ({detail}). The next try follows in {pause_s:.0f} s."


def logged_in(name: str, servers: int) -> str:
    return f"Logged in as {name}, in {servers} {'server' if servers == 1 else 'servers'}."


def invite(url: str) -> str:
    return f"Invite link: {url}"


OPEN_TO_ALL = (
    "Anyone can invite this bot and spend your credit: switch off Public Bot in the developer "
    "portal (your application > Bot), or name your servers in ALLOWED_GUILDS."
)
