"""Several worker processes on one listening socket: restarted when one dies, and stopped together.

On Linux they are forked: they share with their parent what it has imported, and start at once. It has no open
connection then. Elsewhere libraries of the system do not allow that, and each worker imports everything again.

Each worker is a complete server with its own mail relay and connection pool; relays lease the mails that they send, so
no two workers send the same one. Workers share only the socket, the database and the figures of /metrics.
"""

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from graph.telemetry import logs

STOPPING = (signal.SIGTERM, signal.SIGINT)
MIN_LIFE_SECONDS = 5.0  # a worker that ends sooner is restarted with a delay
LOOK_SECONDS = 1.0  # between two looks whether the parent still lives
MAX_SHORT_LIVES = 5  # in a row; then restarting does not help, and the parent gives up
log = logging.getLogger("orders.workers")


class Workers:
    """Each worker runs `work(*arguments)` until SIGTERM; both must be picklable. `grace`: seconds to stop.

    `shared_folder()` of graph/telemetry/shared.py is open meanwhile, since before metrics.py was imported.
    """

    def __init__(self, number: int, work: Callable[..., None], *arguments: Any, grace: float) -> None:
        self._number = number
        self._work = work
        self._arguments = arguments
        self._grace = grace
        self._stop_reader, self._stop_writer = connection.Pipe(duplex=False)
        self._short_lives = 0

    def run(self) -> int:
        """Runs until SIGTERM or SIGINT. Returns the exit code: 0, or 1 when the workers keep ending."""
        for number in STOPPING:
            signal.signal(number, lambda *_: self._stop_writer.send(None))
        gc.collect()
        gc.freeze()  # collections in the workers would write to what they share
        workers = {self._start(): time.monotonic() for _ in range(self._number)}
        try:
            while self._short_lives < MAX_SHORT_LIVES:
                ready = connection.wait([self._stop_reader, *(each.sentinel for each in workers)])
                if self._stop_reader in ready:
                    return 0
                for ended in [each for each in workers if each.sentinel in ready]:
                    self._reap(ended, time.monotonic() - workers.pop(ended))
                    if self._stop_reader.poll(min(self._short_lives, 1)):
                        return 0
                    workers[self._start()] = time.monotonic()
            log.error("workers end right after their start; giving up")
            return 1
        finally:
            self._stop(list(workers))

    def _start(self) -> BaseProcess:
        # A lock that another thread held would stay locked in a forked process.
        can_fork = sys.platform == "linux" and threading.active_count() == 1
        context = get_context("fork") if can_fork else get_context("spawn")
        process = context.Process(target=_live, args=(self._work, self._arguments))
        # Until the worker has handlers of its own, a signal to it waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return process

    def _reap(self, ended: BaseProcess, lived: float) -> None:
        ended.join()
        log.error("worker %s ended (%s); starting another", ended.pid, ended.exitcode)
        self._short_lives = self._short_lives + 1 if lived < MIN_LIFE_SECONDS else 0
        mark_process_dead(ended.pid)  # type: ignore[no-untyped-call]
        ended.close()

    def _stop(self, workers: list[BaseProcess]) -> None:
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
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Ctrl+C reaches every process of the terminal. The parent alone handles it and stops the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    logs.configure()
    threading.Thread(target=end_with_parent, daemon=True).start()
    with suppress(KeyboardInterrupt):
        work(*arguments)


def end_with_parent() -> None:
    """Ends this process when its parent was killed: otherwise a worker would keep the port."""
    parent = parent_process()
    if parent:
        # Not join: workers that were forked later hold the pipe that it waits for.
        while os.getppid() == parent.pid:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
