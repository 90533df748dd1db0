"""`orders serve`: seconds of the processor until its first answer, and its memory at rest then (Linux).

With two workers also what each of them takes more: memory that processes share is divided among them (PSS).

The modules are compiled before, as in an installation. `--quick`: one round. BASELINE: the folder of another version of
the product, to be started in turns with this one.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.support.ports import free_port

ROUNDS = 3
ROOT = Path(__file__).resolve().parents[1]


def main(*arguments: str) -> None:
    baseline = os.environ.get("BASELINE")
    versions = [Path(baseline), ROOT] if baseline else [ROOT]
    with tempfile.TemporaryDirectory() as made:
        setups = [Setup(version, Path(made) / str(number)) for number, version in enumerate(versions)]
        for setup in setups:
            setup.start(1)  # compiles the modules
        for _ in range(1 if arguments else ROUNDS):
            for setup in setups:
                setup.measure()
    for setup in setups:
        seconds, alone, parent, worker, more = map(median, zip(*setup.figures, strict=True))
        print(
            f"{setup.version.name}: {seconds:.2f} s of the processor until the first answer, {alone:.0f} MB; with two"
            f" workers {parent:.0f} MB and {worker:.0f} MB for each, which takes {more:.2f} s"
        )


class Setup:
    """A version of the product with a database of its own, migrated."""

    def __init__(self, version: Path, folder: Path) -> None:
        self.version = version
        self.figures: list[tuple[float, ...]] = []
        self._folder = folder
        folder.mkdir()
        ours = {
            "PYTHONPATH": str(version),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "ORDERS_DATABASE_URL": f"sqlite:///{folder}/orders.db",
            "ORDERS_SECRET_KEY": os.urandom(32).hex(),
            "ORDERS_DATA_FOLDER": str(folder),
        }
        self._environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environment |= ours
        subprocess.run(
            [sys.executable, "-m", "graph", "migrate"], env=self._environment, check=True, capture_output=True
        )

    def measure(self) -> None:
        seconds, alone = self.start(1)[0]
        (_, parent), *workers = self.start(2)
        worker = sum(each[1] for each in workers) / len(workers)
        more = sum(each[0] for each in workers) / len(workers)
        self.figures.append((seconds, alone, parent, worker, more))

    def start(self, workers: int) -> list[tuple[float, float]]:
        """Seconds of the processor until the first answer, and megabytes then: of the server, and of each worker."""
        port = free_port()
        command = [sys.executable, "-m", "graph", "serve", "--port", str(port), "--workers", str(workers)]
        log = self._folder / "log"
        with log.open("w") as output:
            process = subprocess.Popen(command, env=self._environment, cwd=self.version, stdout=output, stderr=output)
            try:
                query = Request(
                    f"http://127.0.0.1:{port}/graphql",
                    b'{"query": "{ __typename }"}',
                    {"Content-Type": "application/json"},
                )
                while not is_answered(query):
                    assert process.poll() is None, log.read_text()
                    time.sleep(0.02)
                if workers > 1:
                    time.sleep(2)  # until the other one has started too
                found = [process.pid, *children(process.pid)]
                return [(processor_seconds(pid), memory(pid)) for pid in found]
            finally:
                process.terminate()
                process.wait()


def children(pid: int) -> list[int]:
    """But multiprocessing's own helper of spawned processes."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_answered(query: Request) -> bool:
    """An error of the API, e.g. that a token is missing, is an answer too."""
    try:
        with urlopen(query, timeout=60):  # noqa: S310 - our own server
            return True
    except URLError as error:
        return hasattr(error, "code")


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Megabytes that are resident; what several processes share is divided among them."""
    found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024 / 1e6
