"""A port of 127.0.0.1 that nobody uses right now."""

import random
import socket

# Below those that the system hands out by itself: there, another test's connection may get it before its server does.
PORTS = range(10_000, 32_000)


def free_port() -> int:
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
