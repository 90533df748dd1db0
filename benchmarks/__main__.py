"""`python -m benchmarks` lists the benchmarks; `python -m benchmarks NAME` runs the `main` of benchmarks/NAME.py.

What follows the name is given to it. `--quick` instead of a name runs a short round of some, in about a minute.
"""

import ast
import asyncio
import inspect
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
FILES = {path.stem: path for path in HERE.glob("[!_]*.py")}
FILES |= {path.parent.name: path for path in HERE.glob("*/__init__.py")}
QUICK = (("start", "--quick"), ("peers", "--quick"), ("writing", "--quick", "sqlite"))


def main(*names: str) -> int:
    if names == ("--quick",):
        for name, *arguments in QUICK:
            print(f"\n{name}:", flush=True)
            run(name, *arguments)
        return 0
    if not names or names[0] not in FILES:
        print("Usage: python -m benchmarks NAME, where NAME is --quick (a short round of some) or one of\n")
        for name, path in sorted(FILES.items()):
            told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            print(f"  {name:<16} {told.partition(chr(10))[0]}")
        return 2 if names else 0
    run(*names)
    return 0


def run(name: str, *arguments: str) -> None:
    running = import_module(f"benchmarks.{name}").main(*arguments)
    if inspect.iscoroutine(running):
        asyncio.run(running)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
