"""Receives webhooks, signed as https://www.standardwebhooks.com says. Run it behind a proxy that speaks https."""

import base64
import hmac
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TOLERANCE_SECONDS = 300
MAX_BODY_BYTES = 100_000


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether this was signed with the secret ("whsec_…"), and not long ago.

    `headers`: by their names in small letters. `body`: the bytes as they came.
    """
    id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        is_recent = abs(now - int(timestamp)) <= TOLERANCE_SECONDS
    except ValueError:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = b"v1," + base64.b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, sha256))
    # While a secret is being rotated there are two signatures. Each is compared in constant time.
    given = headers.get("webhook-signature", "").encode().split()
    return is_recent and any(hmac.compare_digest(each, expected) for each in given)


def listen(port: int, secret: str, on_event: Callable[[], None]) -> None:
    """Answers at once, in threads of its own; `on_event` must not take long.

    A webhook comes at least once, and its order is not relied on: it only says that the feed has something new.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds, for a sender that is slow

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
                self._answer(413)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            if is_genuine(secret, headers, self.rfile.read(int(length)), time.time()):
                on_event()
                self._answer(204)
            else:
                self._answer(401)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
