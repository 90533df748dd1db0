"""Several processes on one listening socket: started anew when one dies, and stopped together.

A worker is a whole server, with a relay and a pool of connections of its own; the claims of relays are leased, and each
request is one worker's. They share nothing but the socket, the database, and the figures of /metrics.
"""

import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from graph.telemetry import logs
from graph.telemetry.metrics import SHARED_FOLDER

MIN_LIFE_SECONDS = 5.0  # seconds; a worker that ends sooner is not started again at once
MAX_SHORT_LIVES = 5  # in a row: then something is wrong that starting again does not mend
log = logging.getLogger("orders.workers")


class Workers:
    """`work(*arguments)` is what each does until it gets SIGTERM; both are pickled. `grace`: seconds to stop."""

    def __init__(self, number: int, work: Callable[..., None], *arguments: Any, grace: float) -> None:
        self._number = number
        self._work = work
        self._arguments = arguments
        self._grace = grace
        self._stop_reader, self._stop_writer = connection.Pipe(duplex=False)
        self._short_lives = 0

    def run(self) -> int:
        """Until SIGTERM or SIGINT. The exit code: 1 when the workers do not live."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop_writer.send(None))
        with tempfile.TemporaryDirectory(prefix="orders-metrics-", ignore_cleanup_errors=True) as folder:
            os.environ[SHARED_FOLDER] = folder  # prometheus_client takes it from there, in the workers
            return self._supervise()

    def _supervise(self) -> int:
        workers = {self._start(): time.monotonic() for _ in range(self._number)}
        try:
            while self._short_lives < MAX_SHORT_LIVES:
                ready = connection.wait([self._stop_reader, *(each.sentinel for each in workers)])
                if self._stop_reader in ready:
                    return 0
                for ended in [each for each in workers if each.sentinel in ready]:
                    self._bury(ended, time.monotonic() - workers.pop(ended))
                    if self._stop_reader.poll(min(self._short_lives, 1)):
                        return 0
                    workers[self._start()] = time.monotonic()
            log.error("the workers end as soon as they are started; giving up")
            return 1
        finally:
            self._stop(list(workers))

    def _start(self) -> SpawnProcess:
        process = get_context("spawn").Process(target=_live, args=(self._work, self._arguments))
        process.start()
        return process

    def _bury(self, ended: SpawnProcess, lived: float) -> None:
        ended.join()
        log.error("worker %s ended (%s); starting another", ended.pid, ended.exitcode)
        self._short_lives = self._short_lives + 1 if lived < MIN_LIFE_SECONDS else 0
        mark_process_dead(ended.pid)  # type: ignore[no-untyped-call]
        ended.close()

    def _stop(self, workers: list[SpawnProcess]) -> None:
        for each in workers:
            each.terminate()
        deadline = time.monotonic() + self._grace
        for each in workers:
            each.join(max(0.0, deadline - time.monotonic()))
            if each.is_alive():
                log.error("worker %s did not stop within %.0f s", each.pid, self._grace)
                each.kill()
                each.join()


def _live(work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    logs.configure()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl+C reaches all processes of a terminal: the parent tells the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(KeyboardInterrupt):
        work(*arguments)


def _end_with_parent() -> None:
    """A parent that was killed cannot tell its workers; without it, they would hold the port."""
    parent = parent_process()
    if parent:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
