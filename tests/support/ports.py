"""A port of 127.0.0.1 that nobody uses, and that nobody is given before it is used.

Not one that the system picks: until a server listens on it, the system may give the same port to another test, or to
any connection that is made meanwhile. These are below the system's own, and each process of tests has a range of its
own.
"""

import os
import re
import socket

FIRST, EACH = 12_000, 1_000  # twenty processes of tests stay below the system's own ports, which begin at 32768

_worker = re.search(r"\d+$", os.environ.get("PYTEST_XDIST_WORKER", ""))
_range = FIRST + EACH * (int(_worker[0]) % 20 if _worker else 0)
# Start at a random port: another test run may be active on this machine.
_next = os.getpid() * 37


def free_port() -> int:
    """A different port each time, until the range is used up."""
    global _next
    for _ in range(EACH):
        port = _range + _next % EACH
        _next += 1
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
