"""Other libraries' exceptions: one table from type names to what they mean to us.

Names and not types, so that nothing is imported to know them. A type that is not listed counts as its
nearest listed base, and what has none is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Family(StrEnum):
    """What kind of thing happened, whichever library says so."""

    NONE = ""
    CANCELED = "canceled"
    TIMEOUT = "timeout"
    CONNECT = "connect"  # no connection: nothing was sent
    DNS = "dns"  # nothing was sent
    CONNECTION = "connection"  # it broke: what was sent may have arrived
    PAYLOAD = "payload"  # the answer broke off, or is not what its head says
    PROTOCOL = "protocol"  # the other side does not speak HTTP as it should
    TLS = "tls"
    TLS_TRUST = "tls-trust"
    URL = "url"
    REDIRECTS = "redirects"
    HTTP = "http"  # an HTTP status is all that there is to know
    OS = "os"  # `errno` tells
    PERMISSION = "permission"
    FILE = "file"
    MEMORY = "memory"
    BUG = "bug"


_AIOHTTP: Final = {
    "client_exceptions.ClientError": Family.CONNECTION,
    "client_exceptions.ClientConnectionError": Family.CONNECTION,
    "client_exceptions.ClientConnectionResetError": Family.CONNECTION,
    "client_exceptions.ClientOSError": Family.CONNECTION,
    "client_exceptions.ClientConnectorError": Family.CONNECT,
    "client_exceptions.ClientConnectorDNSError": Family.DNS,
    "client_exceptions.ClientProxyConnectionError": Family.CONNECT,
    "client_exceptions.UnixClientConnectorError": Family.CONNECT,
    "client_exceptions.ServerConnectionError": Family.CONNECTION,
    "client_exceptions.ServerDisconnectedError": Family.CONNECTION,
    "client_exceptions.ServerTimeoutError": Family.TIMEOUT,
    "client_exceptions.ConnectionTimeoutError": Family.TIMEOUT,
    "client_exceptions.SocketTimeoutError": Family.TIMEOUT,
    "client_exceptions.ServerFingerprintMismatch": Family.TLS_TRUST,
    "client_exceptions.ClientSSLError": Family.TLS,
    "client_exceptions.ClientConnectorSSLError": Family.TLS,
    "client_exceptions.ClientConnectorCertificateError": Family.TLS_TRUST,
    "client_exceptions.ClientPayloadError": Family.PAYLOAD,
    "client_exceptions.ContentTypeError": Family.PAYLOAD,
    "client_exceptions.ClientResponseError": Family.HTTP,
    "client_exceptions.ClientHttpProxyError": Family.HTTP,
    "client_exceptions.WSServerHandshakeError": Family.HTTP,
    "client_exceptions.TooManyRedirects": Family.REDIRECTS,
    "client_exceptions.InvalidURL": Family.URL,
    "client_exceptions.InvalidUrlClientError": Family.URL,
    "client_exceptions.InvalidUrlRedirectClientError": Family.REDIRECTS,
    "client_exceptions.NonHttpUrlClientError": Family.URL,
    "client_exceptions.NonHttpUrlRedirectClientError": Family.REDIRECTS,
    "client_exceptions.RedirectClientError": Family.REDIRECTS,
    "client_exceptions.WSMessageTypeError": Family.BUG,
    "http_exceptions.HttpProcessingError": Family.PROTOCOL,
    "http_exceptions.BadHttpMessage": Family.PROTOCOL,
    "http_exceptions.PayloadEncodingError": Family.PAYLOAD,
    "http_exceptions.ContentEncodingError": Family.PAYLOAD,
    "http_exceptions.TransferEncodingError": Family.PAYLOAD,
    "http_exceptions.ContentLengthError": Family.PAYLOAD,
    "_websocket.models.WebSocketError": Family.PROTOCOL,
    "_websocket.models.WSHandshakeError": Family.PROTOCOL,
    "streams.EofStream": Family.PAYLOAD,
    "web_exceptions.HTTPException": Family.HTTP,
    "web_exceptions.NotAppKeyWarning": Family.BUG,
    "payload.LookupError": Family.BUG,
    "web_app.CleanupError": Family.BUG,
    "web_protocol.PayloadAccessError": Family.BUG,
    "web_protocol.RequestPayloadError": Family.PAYLOAD,
    "compression_utils.TooManyMembersError": Family.PAYLOAD,
    "multipart.BadContentDispositionHeader": Family.PROTOCOL,
    "multipart.BadContentDispositionParam": Family.PROTOCOL,
    "web_runner.GracefulExit": Family.CANCELED,
}

_PYTHON: Final = {
    "builtins.KeyboardInterrupt": Family.CANCELED,
    "builtins.SystemExit": Family.CANCELED,
    "builtins.GeneratorExit": Family.CANCELED,
    "builtins.TimeoutError": Family.TIMEOUT,
    "builtins.ConnectionRefusedError": Family.CONNECT,
    "builtins.ConnectionError": Family.CONNECTION,
    "builtins.EOFError": Family.PAYLOAD,
    "builtins.PermissionError": Family.PERMISSION,
    "builtins.FileNotFoundError": Family.FILE,
    "builtins.FileExistsError": Family.FILE,
    "builtins.IsADirectoryError": Family.FILE,
    "builtins.NotADirectoryError": Family.FILE,
    "builtins.ChildProcessError": Family.FILE,
    "builtins.ProcessLookupError": Family.FILE,
    "builtins.OSError": Family.OS,
    "builtins.MemoryError": Family.MEMORY,
    # What nobody raises to say that something outside went wrong: a mistake in the program.
    "builtins.ArithmeticError": Family.BUG,
    "builtins.AssertionError": Family.BUG,
    "builtins.AttributeError": Family.BUG,
    "builtins.ImportError": Family.BUG,
    "builtins.LookupError": Family.BUG,
    "builtins.NameError": Family.BUG,
    "builtins.NotImplementedError": Family.BUG,
    "builtins.RecursionError": Family.BUG,
    "builtins.StopAsyncIteration": Family.BUG,
    "builtins.StopIteration": Family.BUG,
    "builtins.SyntaxError": Family.BUG,
    "builtins.SystemError": Family.BUG,
    "builtins.TypeError": Family.BUG,
    "builtins.ValueError": Family.BUG,
    "builtins.Warning": Family.BUG,
    "asyncio.exceptions.CancelledError": Family.CANCELED,
    "asyncio.exceptions.IncompleteReadError": Family.PAYLOAD,
    "asyncio.exceptions.InvalidStateError": Family.BUG,
    "asyncio.exceptions.LimitOverrunError": Family.BUG,
    "asyncio.exceptions.BrokenBarrierError": Family.BUG,
    "asyncio.exceptions.SendfileNotAvailableError": Family.BUG,
    "asyncio.queues.QueueEmpty": Family.BUG,
    "asyncio.queues.QueueFull": Family.BUG,
    "asyncio.queues.QueueShutDown": Family.BUG,
    "concurrent.futures._base.CancelledError": Family.CANCELED,
    "socket.gaierror": Family.DNS,
    "socket.herror": Family.DNS,
    "ssl.SSLError": Family.TLS,
    "ssl.SSLCertVerificationError": Family.TLS_TRUST,
    "ssl.CertificateError": Family.TLS_TRUST,
}

FAMILIES: Final[Mapping[str, Family]] = {
    **_PYTHON,
    **{f"aiohttp.{name}": family for name, family in _AIOHTTP.items()},
}


class Known(NamedTuple):
    """What a type's bases say about it."""

    names: tuple[str, ...]
    family: Family


_MAX_KNOWN: Final = 1024  # types made at run time must not pile up: beyond this all are forgotten
_known: dict[type[BaseException], Known] = {}


def names_of(kind: type[BaseException]) -> tuple[str, ...]:
    """Qualified names of a type and its bases, the nearest first, as rules see them."""
    return _know(kind).names


def family_of(kind: type[BaseException]) -> Family:
    """The family of the nearest listed base; `NONE` where no base is listed."""
    return _know(kind).family


def _know(kind: type[BaseException]) -> Known:
    found = _known.get(kind)
    if found is None:
        names = tuple(f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__ if base is not object)
        listed = (FAMILIES[name] for name in names if name in FAMILIES)
        if len(_known) >= _MAX_KNOWN:
            _known.clear()
        found = _known[kind] = Known(names, next(listed, Family.NONE))
    return found
