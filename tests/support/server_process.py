"""The server in its own process, for tests and benchmarks that need real sockets and signals."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.cli.test_command_line import ROOT, environment
from tests.support.client import SECRET
from tests.support.forked import Forked
from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class ServerProcess:
    process: "Forked | subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, within: float) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        return await asyncio.to_thread(self.process.wait, within)


def new_python(
    arguments: Sequence[str], environment: Mapping[str, str], *, change: str, errors: Path
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-c", f"{change}\nfrom graph.cli.main import main\nmain()", *arguments]
    with errors.open("wb") as file:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=file)


@asynccontextmanager
async def server_process(
    database_url: str, *arguments: str, change: str = "", forked: bool = True, **settings: str
) -> AsyncIterator[ServerProcess]:
    """A ready server. `change`: code that runs first, e.g. "import graph.http.server; graph.http.server.X = 1".

    `forked`: from a process that has imported the product; otherwise it is a new Python, as benchmarks need.
    """
    port = free_port()
    command = ["serve", "--port", str(port), *arguments]
    settings = {"ORDERS_SECRET_KEY": SECRET} | settings
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        start = Forked if forked else new_python
        process = start(command, environment(database_url, **settings), change=change, errors=log)
        started = ServerProcess(process, port, log)
        try:
            async with asyncio.timeout(120), httpx2.AsyncClient() as http:
                while not await _is_ready(http, started.url):
                    assert process.poll() is None, log.read_text()
                    await asyncio.sleep(0.1)
            yield started
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(60)


async def _is_ready(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/health/ready")).status_code == 200
    except httpx2.TransportError:
        return False
