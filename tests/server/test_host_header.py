"""RFC 9112, 3.2, over raw sockets: a request of HTTP/1.1 has exactly one valid Host header, or the answer is 400."""

from tests.server.test_slow_clients import answer, status
from tests.support.server_process import server_process

LIVE = b"GET /health/live HTTP/1.1\r\n"
REFUSED = {
    "no host": LIVE,
    "no host, in absolute form": b"GET http://127.0.0.1/health/live HTTP/1.1\r\n",
    "two hosts": LIVE + b"Host: a\r\nHost: b\r\n",
    "the same twice": LIVE + b"Host: a\r\nX: y\r\nhOsT: a\r\n",
    "two hosts in HTTP/1.0": b"GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
    "a space": LIVE + b"Host: a b\r\n",
    "a list": LIVE + b"Host: a, b\r\n",
    "a path": LIVE + b"Host: a/b\r\n",
    "a user": LIVE + b"Host: user@a\r\n",
    "a port that is none": LIVE + b"Host: a:x\r\n",
    "other bytes": LIVE + b"Host: \xff\r\n",
    "POST": b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
}
ACCEPTED = {
    "a name": LIVE + b"Host: orders.example.com\r\n",
    "a name with underscore and port": LIVE + b"Host: orders_1:8000\r\n",
    "IPv4": LIVE + b"Host: 127.0.0.1:8000\r\n",
    "IPv6": LIVE + b"Host: [::1]:8000\r\n",
    "empty": LIVE + b"Host:\r\n",
    "none in HTTP/1.0": b"GET /health/live HTTP/1.0\r\n",
    "one in HTTP/1.0": b"GET /health/live HTTP/1.0\r\nHost: a\r\n",
}


async def test_a_request_has_exactly_one_valid_host(sqlite_url: str) -> None:
    async with server_process(sqlite_url) as server:
        for name, head in REFUSED.items():
            body = b"{}" if head.startswith(b"POST") else b""
            # The second request shows that the connection is closed: it gets no answer.
            received = await answer(server, head + b"\r\n" + body + LIVE + b"Host: x\r\n\r\n")
            assert status(received) == 400, name
            assert received.count(b"x-request-id:") == 1, name
            assert b"Host" in received.partition(b"\r\n\r\n")[2], name
        for name, head in ACCEPTED.items():
            assert status(await answer(server, head + b"Connection: close\r\n\r\n")) == 200, name
        # Pipelined, the first request is answered as ever.
        received = await answer(server, LIVE + b"Host: x\r\n\r\n" + LIVE + b"\r\n")
        assert received.count(b"HTTP/1.1 200 OK") == received.count(b"HTTP/1.1 400 Bad Request") == 1
