"""Every shell block of the README and the guides, pasted in order into a fresh copy of the repository, works.

Each page has a shell and a server of its own; the pages share the copy and the demo's database in it. What a reader
does by hand is done by rule: a server runs beside the other commands (on a free port), and a placeholder such as
ORDER_ID is replaced by the first id of its kind in the latest answer that has one (not of an order that says it cannot
be rejected). A command works when its exit code is 0 and its answer has neither `errors`, nor empty data, nor
`userErrors`; one whose comment says "is refused" must have `userErrors`.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/api.md", "docs/guides/sign-in.md", "docs/guides/import.md", "docs/operations.md")
# Pages whose code is that of examples/, which `./run clients` runs; test_client_guides.py compares it.
OF_EXAMPLES = ("docs/guides/partner.md", "docs/guides/spa.md")
ALL_PAGES = (*PAGES, "docs/guides/postgresql.md", *OF_EXAMPLES)
# Blocks that a test cannot run, by their first command, and why.
NOT_RUN = {
    "PGOPTIONS=": "needs PostgreSQL's programs; tests/database/test_backup.py runs the same commands",
    "./run orders audit anchor": "writes to another disk; tests/cli/test_audit.py runs the same commands",
    "pip install": "installs packages; tests/api/test_traces.py has them installed",
    "python3 -m venv": "installs packages; ./run clients installs the same",
    "export OM_API_KEY=": "for the commands that follow; docs/guides/sign-in.md has it too",
    ".venv/bin/python connector.py": "needs what is installed before; ./run clients runs the same",
    "npm ci": "needs Node; ./run clients runs the same",
    "export ORDERS_OIDC_ISSUER": "needs an identity provider; tests/api/test_sign_in.py has one",
    "export ORDERS_OIDC_CLIENT_ID": "needs an identity provider; tests/browser/test_sign_in.py has one",
    "CREATE ROLE": "needs a superuser; tests/support/postgres.py runs the same commands",
    "ALTER DATABASE": "needs a superuser",
    "ORDERS_DATABASE_URL=": "needs a PostgreSQL server; the tests of tests/database/ run on one",
}
NOT_SHELL = {"graphql", "yaml", "ini", "python", "ts"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVER = re.compile(r"^\./run (demo|serve)\b")
PLACEHOLDER = re.compile(r"\b(?:[A-Z]+_)+ID\b|SELECTION_TOKEN|(?<=')URL(?=')")
KINDS = {
    "ORDER_ID": r"ord_\w{26}",
    "TAG_ID": r"tag_\w{26}",
    "INVOICE_ID": r"inv_\w{26}",
    "NOTE_ID": r"dn_\w{26}",
    "BACKLOG_SKU_ID": r"bls_\w{26}",
    "KEY_ID": r"key_\w{26}",
    "REASON_ID": r"rsn_\w{26}",
    "SELECTION_TOKEN": r"\b[0-9a-f]{64}\b",
    "URL": r"http://[^\"\s]+",
}
END = "end-of-the-command"


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    comment: str

    @property
    def is_refused(self) -> bool:
        return "is refused" in self.comment


def blocks(page: str) -> list[tuple[str, str]]:
    """The language and the text of each fenced block."""
    return FENCE.findall((ROOT / page).read_text(encoding="utf-8"))


def commands(block: str) -> Iterator[Command]:
    """One after the other, as a shell would take them line by line."""
    lines: list[str] = []
    comment = ""
    for line in block.splitlines():
        if not lines and (not line.strip() or line.startswith("#")):
            comment = f"{comment} {line.strip('# ')}" if line.strip() else ""
            continue
        lines.append(line)
        text = "\n".join(lines)
        check = subprocess.run(["bash", "-n", "-c", text], capture_output=True, timeout=60)
        if check.returncode == 0 and not line.endswith("\\"):
            yield Command(text, comment)
            lines = []
    assert not lines, f"unfinished: {lines}"


@dataclass(slots=True)
class Reader:
    """Pastes commands into one shell."""

    shell: "subprocess.Popen[str]"
    log: Path
    port: int = field(default_factory=free_port)
    answers: list[str] = field(default_factory=list)

    def paste(self, command: Command) -> None:
        text = PLACEHOLDER.sub(lambda name: self._filled(name[0]), command.text)
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        if SERVER.match(text):
            text = re.sub(r"\s--port \d+", "", text)
            self._run(f"{text} --port {self.port} >>{self.log} 2>&1 &")
            self._wait_until_ready()
            return
        code, answer = self._run(text)
        assert code == 0, f"{text}\nexit code {code}\n{answer}\n{self.log.read_text()[-3000:]}"
        self.answers.append(answer)
        self._check(command, text, answer)

    def _run(self, text: str) -> tuple[int, str]:
        """The exit code and what went to stdout."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(f"{text}\nprintf '\\n{END} %s\\n' $?\n")
        self.shell.stdin.flush()
        said: list[str] = []
        for line in self.shell.stdout:
            if line.startswith(END):
                return int(line.split()[1]), "".join(said)
            said.append(line)
        raise AssertionError(f"the shell has ended: {text}\n{self.log.read_text()[-3000:]}")

    def _filled(self, name: str) -> str:
        for answer in reversed(self.answers):
            usable = re.sub(r'\{[^{}]*"canReject": false', "", answer) if name == "ORDER_ID" else answer
            if found := re.search(KINDS[name], usable):
                return found[0]
        raise AssertionError(f"no answer so far has a {name}")

    def _check(self, command: Command, text: str, answer: str) -> None:
        try:
            said = json.loads(answer)
        except ValueError:
            assert "gql" not in text.split("\n")[0] or "gql()" in text, f"{text}\n{answer}"
            return
        assert "errors" not in said, f"{text}\n{answer}"
        assert None not in said["data"].values(), f"{text}\n{answer}"
        assert bool(list(user_errors(said))) == command.is_refused, f"{text}\n{answer}"

    def _wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1):
                    return
            except OSError:  # not listening yet, or not answering yet
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


def user_errors(said: Any) -> Iterator[Any]:
    if isinstance(said, list):
        for each in said:
            yield from user_errors(each)
    elif isinstance(said, dict):
        yield from said.get("userErrors", [])
        for each in said.values():
            yield from user_errors(each)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository without data, in which nothing needs to be installed."""
    copy = tmp_path_factory.mktemp("copy") / "orders"
    left_out = shutil.ignore_patterns(".git", ".venv", ".venv.lock", "var", ".*_cache", ".hypothesis", "node_modules")
    shutil.copytree(ROOT, copy, ignore=left_out)
    venv = copy / ".venv"
    venv.mkdir()
    for each in ("bin", "lib", "pyvenv.cfg"):
        (venv / each).symlink_to(Path(sys.prefix) / each)
    # As ./run writes it when it has installed both locks here (place and line, there).
    place = f"{copy} {(venv / 'bin' / 'python').resolve()}"
    lines = []
    for lock in ("requirements.lock", "requirements-dev.lock"):
        with (copy / lock).open("rb") as file:
            checksum = subprocess.run(["cksum"], stdin=file, capture_output=True, text=True, check=True).stdout.strip()
        lines.append(f"{lock} {checksum} {place}\n")
    (venv / ".installed").write_text("".join(lines))
    return copy


@pytest.fixture
def reader(checkout: Path, tmp_path: Path) -> Iterator[Reader]:
    for database in checkout.glob("var/orders.db*"):  # of the page before
        database.unlink()
    log = tmp_path / "stderr"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERS_", "PYTHON", "PYTEST"))}
    with log.open("w") as errors:
        shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=checkout,
            env=kept | {"LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # so that its server ends with it
        )
    stop = threading.Timer(400, os.killpg, [shell.pid, signal.SIGKILL])
    stop.start()
    try:
        yield Reader(shell, log)
    finally:
        stop.cancel()
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
        for pipe in (shell.stdin, shell.stdout):
            assert pipe is not None
            pipe.close()
        shell.wait(60)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_pasted(page: str, reader: Reader) -> None:
    pasted = 0
    for language, block in blocks(page):
        if language == "sh":
            for command in commands(block):
                reader.paste(command)
                pasted += 1
    assert pasted > 1


@pytest.mark.parametrize("page", ALL_PAGES)
def test_a_block_is_run_or_says_why_not(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"^\n(?: {4,}|\t)\S.*", FENCE.sub("", text), re.MULTILINE) == [], "a block without a language"
    for language, block in blocks(page):
        if language in ("sh", *NOT_SHELL):
            continue
        assert language in ("console", "sql"), block
        first = next(line for line in block.splitlines() if not line.startswith("#"))
        assert any(first.startswith(start) for start in NOT_RUN), f"{page} does not say why this is not run: {first}"


def test_each_reason_is_needed() -> None:
    texts = [block for page in ALL_PAGES for language, block in blocks(page) if language in ("console", "sql")]
    assert [start for start in NOT_RUN if not any(f"\n{start}" in f"\n{text}" for text in texts)] == []


def test_documents_shown_are_valid() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    for page in ALL_PAGES:
        for language, block in blocks(page):
            if language == "graphql" and page not in OF_EXAMPLES:
                assert validate(schema, parse(block)) == [], block
