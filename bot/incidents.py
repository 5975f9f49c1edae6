"""What an exception means: for the log, for who runs the bot, and for the person who met it."""

import logging
import secrets

from bot.errors import (
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiMisused,
    ApiPermissionMissing,
    Incident,
    ModelUnknown,
    OperatorError,
    RemixbotError,
    ServiceError,
)

log = logging.getLogger(__name__)

FOR_THE_OPERATOR: dict[type[OperatorError], str] = {
    ApiKeyRefused: "The API rejected the key: check VTRIX_API_KEY.",
    ApiCreditUsedUp: "The API says the credit is used up: top up the Vtrix account.",
    ApiPermissionMissing: "The API denies this key the model: check the account's rights.",
    ModelUnknown: "The API doesn't know the model: what it makes is switched off for 24 hours.",
    ApiMisused: "The API rejected the request as invalid: its contract may have changed.",
}
"""What the log says, beside the data of the error."""
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


def database_unusable(detail: str) -> str:
    """What who runs the bot can do about a `StoreUnavailable` at the start with this *detail*."""
    advice = _DATABASE.get(detail, "Check DATABASE_URL and its folder.")
    return f"The database can't be used ({detail}). {advice}"


def database_away(detail: str) -> str:
    """What is the matter with a database that may be there in a while."""
    if detail == "ReadOnlySQLTransactionError":
        return f"The database is read-only or a standby ({detail})."
    return f"Failed to connect to the database ({detail})."


def to_user_error(raised: BaseException, during: str) -> RemixbotError:
    """Log *raised* as its kind deserves; what to tell the person.

    A bug gets a number: the log has the traceback under it. What a person can put right themselves
    is not logged.
    """
    if not isinstance(raised, RemixbotError):
        incident = Incident(number=secrets.token_hex(3))
        log.error("%s: incident %s", during, incident.number, exc_info=raised)
        return incident
    if isinstance(raised, OperatorError):
        log.error("%s: %s (%s)", during, FOR_THE_OPERATOR[type(raised)], raised)
    elif isinstance(raised, ServiceError):
        log.warning("%s: %s", during, raised)
    return raised
