"""Sentences for who runs the bot: in the terminal and in the log, without any markup."""

from bot.errors import (
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiMisused,
    ApiPermissionMissing,
    OperatorError,
)

# ------------------------------------------------------------------ starting up (for the operator)

SETTINGS_INTRO = "remixbot can't start. Please fix these settings (in .env or the environment):"
LOGIN_REFUSED = (
    "Discord rejected the token. Copy a new one from the developer portal "
    "(your application > Bot > Reset Token) into DISCORD_TOKEN."
)


def env_file_unreadable(name: str, detail: str) -> str:
    return f"{name} can't be read ({detail}): check its owner and permissions."


def env_file_is_folder(name: str) -> str:
    return f"{name} is a folder, but must be a file: copy .env.example."


def env_file_dangling(name: str) -> str:
    return f"{name} is a link to a file that doesn't exist."


def env_file_utf16(name: str) -> str:
    return f"{name} is in UTF-16 or UTF-32: save it as UTF-8."


def env_file_nul(name: str, line: int) -> str:
    return (
        f"{name}, line {line}: contains a NUL character. If the file is UTF-16, save it as UTF-8."
    )


def env_file_not_utf8(name: str, line: int) -> str:
    return f"{name}, line {line}: contains a character that isn't UTF-8. Save the file as UTF-8."


def env_file_line(name: str, line: int) -> str:
    return (
        f"{name}, line {line}: can't be read. Write NAME=value; a value that begins with a quote "
        "must end with the same one."
    )


def env_file_repeats(name: str, setting: str) -> str:
    return f"{name} sets {setting} more than once. The last one counts."


def env_file_open(name: str) -> str:
    return (
        f"{name} contains secrets, but its permissions let other users on this machine read it: "
        f"chmod 600 {name}"
    )


def unknown_setting(name: str, meant: str | None) -> str:
    """*name* is set and means nothing; *meant* is a setting that is called nearly so."""
    instead = f" Did you mean {meant}?" if meant else ""
    return f"{name} is set, but there's no such setting.{instead}"


def unknown_line(name: str, line: int) -> str:
    return f"{name}, line {line}: there's no such setting."


def proxy_unused(name: str) -> str:
    return (
        f"{name} is set, but this bot doesn't use proxies: it connects to Discord, the API and the "
        "images directly."
    )


# ------------------------------------------------------------------ connecting (for the operator)

TOO_LARGE = (
    "Discord requires bots in this many servers to use sharding, which this one doesn't support: "
    "remove it from some servers."
)
TOO_OLD = "Discord no longer supports the gateway version that this bot uses: update the bot."
INTENTS_REFUSED = (
    "Discord rejected the bot's gateway intents. It doesn't need privileged ones: does "
    "DISCORD_TOKEN belong to another application?"
)
CLOUDFLARE_BAN = (
    "Cloudflare, which sits in front of Discord, has temporarily banned this machine's address "
    "(HTTP 429)."
)
CLOUDFLARE_REFUSES = (
    "Cloudflare, which sits in front of Discord, or a firewall is blocking this machine (HTTP 403)."
)
TOO_MANY_REQUESTS = "Discord is rate limiting this bot (HTTP 429)."
GATEWAY_CLOSES = "Discord's gateway closed the connection."
DISCORD_SILENT = "Discord didn't answer in time."
NAME_UNKNOWN = "Discord's server name can't be resolved: check this machine's network and DNS."
NOT_DISCORDS_CERTIFICATE = (
    "Something answered in Discord's place, without Discord's certificate: check this machine's "
    "clock, its certificates, and any proxy or firewall between it and Discord."
)
NOT_DISCORD = (
    "Something answered in Discord's place: a proxy, a firewall, or a network that requires "
    "signing in first."
)
STARTS_USED_UP = "Discord allows this bot no more starts for now: it has started too often."


def discord_out_of_order(status: int) -> str:
    return f"Discord is having trouble (HTTP {status})."


def discord_unreachable(detail: str) -> str:
    return f"Discord can't be reached ({detail}): check this machine's network and firewall."


def waiting(sentence: str, wait_s: float) -> str:
    """For a log line: what is in the way, and when it is tried again."""
    return f"{sentence} Next attempt in {max(1, round(wait_s))} s."


# ------------------------------------------------------------------ checking (for the operator)

CHECK_DESCRIPTION = "A Discord bot in front of the Vtrix API. Without a command it runs."
CHECK_HELP = "check token, key, database and permissions without starting the bot"
CHECK_RIGHT = "ok"
CHECK_WRONG = "WRONG"
CHECK_UNTOLD = "unsure"
CHECK_ADVICE = "advice"
CHECK_DATABASE_NEW = "Database: can be created; the first start does that."
CHECK_DATABASE_OLD = "Database: from an older version; the next start upgrades it."
CHECK_DATABASE_READY = "Database: exists and is up to date."
CHECK_KEY = "API key: the API accepts it."
CHECK_NOT_THE_API = (
    "API key: can't be checked, because what answers at VTRIX_API_URL doesn't look like the API. "
    "Check that address."
)
CHECK_NO_TLS = (
    "API key: can't be checked, because what answers at VTRIX_API_URL has no certificate for that "
    "name that this machine trusts, or doesn't speak TLS. Check that address and this machine's "
    "clock."
)
CHECK_NO_SERVERS = "Servers: the bot isn't in any. Invite it with the link that it logs at startup."


CLOSING_HANGS = "Failed to shut down in time, exiting anyway: open jobs continue at the next start."


_NO_TLS = (
    "The server doesn't speak TLS, or the TLS handshake failed: compare sslmode in DATABASE_URL "
    "with the server's settings."
)
_DATABASE = {
    "ConnectionError": _NO_TLS,
    "SSLError": _NO_TLS,
    "SSLCertVerificationError": "The server's certificate isn't trusted here, or isn't for the "
    "host in DATABASE_URL: check sslrootcert and the host.",
    "InvalidPasswordError": "PostgreSQL rejected the user name or password in DATABASE_URL.",
    "InvalidAuthorizationSpecificationError": "PostgreSQL doesn't let this user in, or not from "
    "this machine: check the user in DATABASE_URL and the server's pg_hba.conf.",
    "InvalidCatalogNameError": "The server has no database with the name in DATABASE_URL: create "
    "it first.",
    "InsufficientPrivilegeError": "The user in DATABASE_URL can't create tables there: make it the "
    "owner of the database, or grant it CREATE on the schema.",
}
"""What to do, by the name of the driver's error."""


_DATABASE_AWAY = {
    "ReadOnlySQLTransactionError": "The database is read-only or a standby",
}
"""What is the matter, by the name of the driver's error."""


def database_unusable(detail: str) -> str:
    advice = _DATABASE.get(detail, "Check DATABASE_URL and its folder.")
    return f"The database can't be used ({detail}). {advice}"


def database_away(detail: str, pause_s: float) -> str:
    trouble = _DATABASE_AWAY.get(detail, "Failed to connect to the database")
    return f"{trouble} ({detail}). Next attempt in {pause_s:.0f} s."


OPEN_TO_ALL = (
    "Anyone can invite this bot and spend your credit: turn off Public Bot in the developer "
    "portal (your application > Bot), or name your servers in ALLOWED_GUILDS."
)

FOR_THE_OPERATOR: dict[type[OperatorError], str] = {
    ApiKeyRefused: "The API rejected the key: check VTRIX_API_KEY.",
    ApiCreditUsedUp: "The API says the credit is used up: top up the Vtrix account.",
    ApiPermissionMissing: "The API denies this key the model: check the account's rights.",
    ApiMisused: "The API rejected the request as invalid: its contract may have changed.",
}
"""What the log says, beside the data of the error."""
