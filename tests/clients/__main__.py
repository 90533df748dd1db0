"""`./run clients`: generates, lints and type-checks the typed clients of examples/, and tries them on a server.

The server is a real one, on a new SQLite file with a made-up brand, and ends with the command.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients import console_types
from tests.support.servers import environment, serving

ROOT = Path(__file__).resolve().parents[2]
TYPESCRIPT, PYTHON = ROOT / "examples" / "typescript", ROOT / "examples" / "python"
GENERATED = (
    TYPESCRIPT / "src" / "generated",
    TYPESCRIPT / "relay" / "__generated__",
    PYTHON / "orders_client",
    console_types.FOLDER,
)
MINUTES = 10
BRAND = "linden"
ORDERS = 300
RATE_LIMIT = "10000"  # the lowest, so that the Python client meets it soon


class StepError(Exception):
    """A step that failed; the message says which, and what it printed."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run clients", description="Try the typed clients of examples/.")
    parser.add_argument(
        "--generate", action="store_true", help="write the generated code from schema.graphql, and stop"
    )
    chosen = parser.parse_args(arguments)
    try:
        install()
        if chosen.generate:
            generate()
            return 0
        check_generated()
        step("linting the operations", npm("lint"), TYPESCRIPT)
        step("compiling the TypeScript", npm("build"), TYPESCRIPT)
        step("checking the types of the console's JavaScript", npm("console"), TYPESCRIPT)
        step("checking the types of the Python", python("mypy"), PYTHON)
        with live_server() as settings:
            step("the TypeScript client on a server", npm("test"), TYPESCRIPT, settings, shown=True)
            tests = python("pytest", "-q", "-p", "no:cacheprovider")
            step("the Python client on a server", tests, PYTHON, settings, shown=True)
    except StepError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def npm(script: str) -> list[str]:
    return ["npm", "run", "--silent", script]


def python(program: str, *arguments: str) -> list[str]:
    """A program of the environment that ./run made for this example."""
    return [str(PYTHON / ".venv" / "bin" / program), *arguments]


def step(
    what: str, command: list[str], folder: Path, settings: dict[str, str] | None = None, *, shown: bool = False
) -> str:
    """What the command printed to stdout; `shown`: prints it, too. Raises StepError."""
    print(f"{what} …", file=sys.stderr)
    env = os.environ | {"PYTHONPATH": str(folder)} | (settings or {})
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MINUTES * 60
        )
    except subprocess.TimeoutExpired:
        raise StepError(f"{what}: not done after {MINUTES} minutes.") from None
    if done.returncode:
        raise StepError(f"{done.stdout}{done.stderr}\n{what}: failed, with exit code {done.returncode}.")
    if shown:
        print(done.stdout, flush=True)
    return done.stdout


def install() -> None:
    """What package-lock.json names, unless it is there. ./run has made the environment of the Python example."""
    lock = hashlib.sha256((TYPESCRIPT / "package-lock.json").read_bytes()).hexdigest()
    stamp = TYPESCRIPT / "node_modules" / ".installed"
    if not stamp.is_file() or stamp.read_text() != lock:
        step("installing the npm packages", ["npm", "ci"], TYPESCRIPT)
        stamp.write_text(lock)


def generate() -> None:
    """Raises StepError. What was there before stays if it fails, or is interrupted."""
    before = contents()
    for folder in GENERATED:
        shutil.rmtree(folder, ignore_errors=True)  # so that nothing stays that is no longer generated
    try:
        step("generating the TypeScript", npm("generate"), TYPESCRIPT)
        step("generating the Python", python("ariadne-codegen"), PYTHON)
        console_types.write()
    except BaseException:
        write(before)
        raise


def check_generated() -> None:
    """Raises StepError if what is there is not what schema.graphql gives."""
    before = contents()
    generate()
    after = contents()
    if before != after:
        write(before)
        changed = sorted(str(path.relative_to(ROOT)) for path in before | after if before.get(path) != after.get(path))
        raise StepError(f"Not as schema.graphql has it: {', '.join(changed)}. Run ./run clients --generate.")


def contents() -> dict[Path, bytes]:
    files = [path for folder in GENERATED for path in folder.glob("*.*") if path.is_file()]
    return {path: path.read_bytes() for path in files}


def write(files: dict[Path, bytes]) -> None:
    for folder in GENERATED:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for path, content in files.items():
        path.write_bytes(content)


@contextmanager
def live_server() -> Iterator[dict[str, str]]:
    """Its address, a member's token and an app's key, as variables for the clients."""
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = Path(name)
        settings = environment(f"sqlite:///{folder / 'orders.db'}", ORDERS_DATA_FOLDER=name)
        ours = [sys.executable, "-P", "-m"]
        seed = [*ours, "examples.made_up_brand", "--orders", str(ORDERS), "--brand", BRAND]
        step("making up a brand", seed, ROOT, settings)
        token = step("a member's token", [*ours, "graph", "token", "--role", "write", "--brand", BRAND], ROOT, settings)
        create = [*ours, "graph", "key", "create", "ERP connector", "--scope", "orders:reject", "--brand", BRAND]
        key = step("an app's key", create, ROOT, settings)
        url = settings["ORDERS_DATABASE_URL"]
        with serving(url, folder, 1, ORDERS_DATA_FOLDER=name, ORDERS_RATE_LIMIT=RATE_LIMIT) as (address,):
            try:
                yield {"OM_URL": f"{address}/graphql", "OM_TOKEN": token.strip(), "OM_API_KEY": key.strip()}
            except StepError as error:
                log = next(folder.glob("*.log")).read_text(encoding="utf-8")
                raise StepError(f"{error}\nThe end of the server's log:\n{log[-3000:]}") from None


if __name__ == "__main__":
    sys.exit(main())
