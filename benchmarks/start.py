"""`orders serve`: seconds of the processor until its first answer, and its memory at rest then (Linux).

`--quick`: one round.
"""

import os
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


def main(*arguments: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "ORDERS_DATABASE_URL": f"sqlite:///{folder}/orders.db",
            "ORDERS_SECRET_KEY": os.urandom(32).hex(),
            "ORDERS_DATA_FOLDER": folder,
        }
        environment = os.environ | settings
        subprocess.run([sys.executable, "-m", "graph", "migrate"], env=environment, check=True, capture_output=True)
        figures = [start(environment, Path(folder)) for _ in range(1 if arguments else ROUNDS)]
    for seconds, megabytes in figures:
        print(f"{seconds:.2f} s of the processor until the first answer, {megabytes:.0f} MB")
    print(f"median: {median(each[0] for each in figures):.2f} s, {median(each[1] for each in figures):.0f} MB")


def start(environment: dict[str, str], folder: Path) -> tuple[float, float]:
    """Seconds of the processor until the first answer, and megabytes of memory then."""
    port = free_port()
    command = [sys.executable, "-m", "graph", "serve", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            query = Request(
                f"http://127.0.0.1:{port}/graphql",
                b'{"query": "{ __typename }"}',
                {"Content-Type": "application/json"},
            )
            while not is_answered(query):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.02)
            return processor_seconds(process.pid), memory(process.pid)
        finally:
            process.terminate()
            process.wait()


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
    """Megabytes that are resident."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
