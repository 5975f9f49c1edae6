"""Which error an HTTP exchange that failed stands for."""

import errno

import aiohttp

from bot.errors import ApiUnavailable, SubmitUnknown

FAULTS = (aiohttp.ClientError, OSError)
"""What an exchange may raise; timeouts are `OSError` too."""

_NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, DNS, TLS
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,  # the proxy refused to open the tunnel
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised only while there is no connection yet: no byte of the request has left."""


def submit_fault(fault: aiohttp.ClientError | OSError) -> ApiUnavailable | SubmitUnknown:
    """`ApiUnavailable` if the request provably never left, else `SubmitUnknown`."""
    redirected = isinstance(fault, aiohttp.RedirectClientError)
    if isinstance(fault, _NEVER_SENT) and not redirected:
        return ApiUnavailable(detail=fault_name(fault))
    return SubmitUnknown(detail=fault_name(fault))


def fault_name(fault: aiohttp.ClientError | OSError) -> str:
    """The class, and the system's name for the error; never its text, which may hold a URL."""
    name = type(fault).__name__
    symbol = errno.errorcode.get(fault.errno or 0) if isinstance(fault, OSError) else None
    return f"{name} ({symbol})" if symbol else name
