"""Processes that run `orders …`, forked from one that has imported the product: an import takes seconds each time.

Their arguments, environment, output, signals and exit code are those of `python -P -m graph …`. What is about the start
itself uses subprocess.
"""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FORKING = multiprocessing.get_context("forkserver")
# One process of each pytest process is forked from, so what all tests need is here. No module may change another one.
FORKING.set_forkserver_preload(
    [
        "graph.cli.main",
        "graph.cli.commands",
        "graph.cli.serve",
        "tests.chaos.server",
        "tests.chaos.mailbox",
        "tests.chaos.receivers",
    ]
)
WITHIN = 120  # seconds


class Forked:
    """The part of subprocess.Popen that tests use."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        change: str = "",
        out: Path | None = None,
        errors: Path,
    ) -> None:
        """`change`: Python code that runs first. `out`, `errors`: the files of stdout, otherwise lost, and stderr."""
        self._arguments = list(arguments)
        described = (change, self._arguments, dict(environment), str(out or os.devnull), str(errors), os.getcwd())
        self._process = FORKING.Process(target=_run, args=described)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Negative: the signal that ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._arguments, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, change: str = ""
) -> "subprocess.CompletedProcess[str]":
    """As subprocess.run, which captures the output."""
    with _captured(arguments, environment, change) as (process, result):
        process.wait(WITHIN)
        return result()


async def run_beside(
    arguments: Sequence[str], environment: Mapping[str, str], *, change: str = "", within: float = WITHIN
) -> "subprocess.CompletedProcess[str]":
    """The same beside other tasks, as no thread may wait for a process while another one starts."""
    with _captured(arguments, environment, change) as (process, result):
        async with asyncio.timeout(within):
            while process.poll() is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return result()


@contextmanager
def _captured(
    arguments: Sequence[str], environment: Mapping[str, str], change: str
) -> Iterator[tuple[Forked, Callable[[], "subprocess.CompletedProcess[str]"]]]:
    """A process, and its result once it has ended. It is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="forked-") as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        process = Forked(arguments, environment, change=change, out=out, errors=errors)
        try:
            yield (
                process,
                lambda: subprocess.CompletedProcess(
                    list(arguments), process.wait(), out.read_text(), errors.read_text()
                ),
            )
        finally:
            process.kill()


def _run(change: str, arguments: list[str], environment: dict[str, str], out: str, errors: str, folder: str) -> None:
    for descriptor, path in ((1, out), (2, errors)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["orders", *arguments]
    exec(change, {"__name__": "__main__"})  # noqa: S102 - as `python -c` would
    from graph.cli.main import main

    main()
