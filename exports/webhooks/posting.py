"""Posting to a receiver: only to public addresses, without redirects, and within time limits.

The host is resolved once, all of its addresses are checked, and the request goes to one of those that were checked: a
name that is resolved differently a moment later leads nowhere else (DNS rebinding).
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult

import httpx2

from exports.texts import one_line, printable
from exports.webhooks.answers import Answer, Resolve, Result
from models.webhook import MAX_EXCERPT_LENGTH
from models.webhook_url import IpAddress, WebhookUrlError, literal_address, may_connect, parse_webhook_url

log = logging.getLogger("orders.webhooks")

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 15.0  # from resolving the name to the head of the response
BODY_SECONDS = 2.0  # for the part of the response's body that is kept
MAX_BODY_BYTES = 4096  # of the response: no more is read
MAX_TRIED = 2  # addresses of a host
MAX_ERROR_LENGTH = 300
RESOLVING_THREADS = 16


class NotAllowed(Exception):
    """The request would go to an address that is not public."""


_resolving = ThreadPoolExecutor(RESOLVING_THREADS, thread_name_prefix="webhook-names")


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """Raises OSError. In threads of its own: a name server that hangs delays nothing else of the process."""
    found = await asyncio.get_running_loop().run_in_executor(_resolving, _addresses, host, port)
    # Without the zone of a link-local address, which is refused anyway.
    return [ip_address(str(sockaddr[0]).partition("%")[0]) for _, _, _, _, sockaddr in found]


def _addresses(host: str, port: int) -> Sequence[tuple[int, int, int, str, tuple[str | int, ...]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]


@cache
def tls() -> ssl.SSLContext:
    """Trusts the authorities that SSL_CERT_FILE or SSL_CERT_DIR name, or else those that httpx2 does."""
    return httpx2.create_ssl_context()


class Poster:
    """Posts to one receiver, over one connection as far as possible. An asynchronous context manager.

    `to_loopback`: see parse_webhook_url. `resolve`: replaced in tests.
    """

    def __init__(self, tls: ssl.SSLContext, *, to_loopback: bool, resolve: Resolve = resolve) -> None:
        self._to_loopback = to_loopback
        self._resolve = resolve
        # Never shared between receivers: two hosts may have one address. No proxy and no .netrc of the environment.
        self._client = httpx2.AsyncClient(
            verify=tls,
            trust_env=False,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=1),
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={"User-Agent": "order-management-webhooks", "Accept": "*/*", "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises for what a receiver, its name or its network does."""
        self._client.cookies.clear()
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                parts = parse_webhook_url(url, to_loopback=self._to_loopback)
                response = await self._response(parts, await self._allowed(parts), body, headers)
        except (WebhookUrlError, NotAllowed) as error:
            return Answer(Result.NOT_ALLOWED, error=_told(str(error)))
        except TimeoutError:
            return Answer(Result.NO_RESPONSE, error=f"no response within {TOTAL_SECONDS:.0f} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Answer(Result.NO_RESPONSE, error=_told(f"{type(error).__name__}: {error}"))
        try:
            return _answer(response, await _excerpt(response))
        finally:
            with suppress(httpx2.HTTPError, OSError):
                await response.aclose()

    async def _allowed(self, parts: SplitResult) -> Sequence[IpAddress]:
        """The addresses of the host. Raises NotAllowed if one of them must not be connected to, and OSError."""
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        literal = literal_address(host)
        addresses = [literal] if literal else list(dict.fromkeys(await self._resolve(host, port)))
        if not addresses:
            raise OSError(f"{host} has no address")
        for address in addresses:
            is_open_http = parts.scheme == "http" and not address.is_loopback
            if is_open_http or not may_connect(address, to_loopback=self._to_loopback):
                # The address itself is for the log only: it could reveal the structure of an internal network.
                log.warning("a webhook may not lead to %s", address)
                raise NotAllowed(f"{host} leads to an address that is not public")
        return addresses[:MAX_TRIED]

    async def _response(
        self, parts: SplitResult, addresses: Sequence[IpAddress], body: bytes, headers: Mapping[str, str]
    ) -> httpx2.Response:
        """The response without its body. Tries the next address if one cannot be connected to."""
        for number, address in enumerate(addresses, 1):
            try:
                return await self._client.send(self._request(parts, address, body, headers), stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise AssertionError("there is an address")

    def _request(
        self, parts: SplitResult, address: IpAddress, body: bytes, headers: Mapping[str, str]
    ) -> httpx2.Request:
        """To this address, with the host's name where the receiver and its certificate need it."""
        numeric = f"[{address}]" if address.version == 6 else str(address)
        target = parts._replace(netloc=f"{numeric}:{parts.port}" if parts.port else numeric)
        return self._client.build_request(
            "POST",
            target.geturl(),
            content=body,
            headers={**headers, "Host": parts.netloc},
            extensions={"sni_hostname": (parts.hostname or "").rstrip(".")},
        )


async def _excerpt(response: httpx2.Response) -> str:
    """The start of the body. The status is known, so a body that does not arrive matters no more."""
    found = bytearray()
    with suppress(httpx2.HTTPError, OSError):  # TimeoutError is an OSError
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_raw():
                found += chunk
                if len(found) >= MAX_BODY_BYTES:
                    break
    return printable(found[:MAX_BODY_BYTES].decode(errors="replace"))[:MAX_EXCERPT_LENGTH]


def _answer(response: httpx2.Response, excerpt: str) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(Result.DELIVERED, status, excerpt)
    error = "redirects are not followed" if 300 <= status < 400 else None
    wait = response.headers.get("retry-after", "")
    retry_after = int(wait) if len(wait) <= 6 and wait.isascii() and wait.isdigit() else None
    return Answer(Result.REFUSED, status, excerpt, error, retry_after)


def _told(error: str) -> str:
    return one_line(error)[:MAX_ERROR_LENGTH]
