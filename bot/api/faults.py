"""Which error a failed HTTP exchange stands for.

Translates every exception that aiohttp raises for a request. What was read of an answer is no
business of this module.
"""

import errno

import aiohttp

from bot.errors import ApiUnavailable, SubmitUnknown

Fault = aiohttp.ClientError | OSError
"""What an exchange may raise; timeouts are `OSError` too."""
FAULTS = (aiohttp.ClientError, OSError)

_NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, DNS, TLS
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,  # the proxy refused to open the tunnel
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised only while there is no connection yet: no byte of the request has left."""


def submit_fault(fault: Fault) -> ApiUnavailable | SubmitUnknown:
    """`ApiUnavailable` where the request provably never left, else `SubmitUnknown`."""
    redirected = isinstance(fault, aiohttp.RedirectClientError)
    if isinstance(fault, _NEVER_SENT) and not redirected:
        return ApiUnavailable(detail=fault_name(fault))
    return SubmitUnknown(detail=fault_name(fault))


def read_fault(fault: Fault) -> ApiUnavailable:
    """A read has no effect, so every fault of it may pass."""
    return ApiUnavailable(detail=fault_name(fault))


def fault_name(fault: Fault) -> str:
    """The class, and the system's name for the error; never its text, which may hold a URL."""
    name = type(fault).__name__
    number = fault.errno if isinstance(fault, OSError) else None
    symbol = errno.errorcode.get(number) if number is not None else None
    return f"{name} ({symbol})" if symbol else name
