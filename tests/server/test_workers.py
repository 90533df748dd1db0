"""`serve --workers 2`: both answer, a killed one is replaced, /metrics adds them up, and all stop when told."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cli.test_command_line import environment
from tests.support.ports import free_port

TOKEN = "only good for tests: 4711"


@contextmanager
def served(database: str, log: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    port = free_port()
    command = [sys.executable, "-m", "graph", "serve", "--workers", "2", "--port", str(port)]
    settings = environment(database, ORDERS_METRICS_TOKEN=TOKEN)
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=errors) as parent,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: answers(url), log)
            yield parent, url
        finally:
            if parent.poll() is None:
                parent.send_signal(signal.SIGTERM)
            try:
                parent.wait(timeout=60)
            finally:
                parent.kill()  # otherwise Popen would go on waiting


def until(condition: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/health/ready", timeout=10).close()
    except OSError:
        return False
    return True


def workers_of(parent: "subprocess.Popen[bytes]") -> set[int]:
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return {int(pid) for pid in children if is_running(pid)}


def is_running(pid: str) -> bool:
    """Not ended, also when the parent has not noticed yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    return False


def metrics(url: str, token: str = TOKEN) -> str:
    request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        text: str = response.read().decode()
        return text


def health_requests(url: str) -> float:
    found = re.search(r'orders_requests_total\{kind="health",status="200"\} (\S+)', metrics(url))
    return float(found[1]) if found else 0.0


def test_a_killed_worker_is_replaced_and_all_workers_stop_on_a_signal(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(database_url, log) as (parent, url):
        until(lambda: len(workers_of(parent)) == 2, log)
        before = workers_of(parent)
        counted = health_requests(url)
        for _ in range(30):
            assert answers(url)
        # An answer is counted once it has been given, so the last one may be a moment late (as the first one was).
        until(lambda: health_requests(url) >= counted + 30, log)
        assert health_requests(url) <= counted + 31, "whichever worker is asked answers for both"
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(workers_of(parent) - {killed}) == 2, log)
        until(lambda: answers(url), log)
        assert health_requests(url) >= counted + 30, "what the dead one counted is not lost"
        after = workers_of(parent)
    assert parent.returncode == 0
    assert not [pid for pid in after if Path(f"/proc/{pid}").exists()]
    told = [json.loads(line)["message"] for line in log.read_text().splitlines()]
    assert f"worker {killed} ended (-9); starting another" in told


def test_workers_stop_when_their_parent_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(sqlite_url, log) as (parent, url):
        until(lambda: len(workers_of(parent)) == 2, log)
        workers = workers_of(parent)
        parent.kill()
        until(lambda: not [pid for pid in workers if Path(f"/proc/{pid}").exists()], log)
        assert not answers(url)
