"""What an exception means: for the log, and for the person who met it."""

import logging
import secrets

from bot import notices
from bot.errors import Incident, OperatorError, RemixbotError, ServiceError

log = logging.getLogger(__name__)


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
        log.error("%s: %s (%s)", during, notices.FOR_THE_OPERATOR[type(raised)], raised)
    elif isinstance(raised, ServiceError):
        log.warning("%s: %s", during, raised)
    return raised
