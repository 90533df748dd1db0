"""`python -m benchmarks` lists the benchmarks; `python -m benchmarks NAME` runs the `main` of benchmarks/NAME.py.

What follows the name is given to it.
"""

import ast
import asyncio
import inspect
import sys
from importlib import import_module
from pathlib import Path

FILES = {path.stem: path for path in sorted(Path(__file__).parent.glob("[!_]*.py"))}


def main(*names: str) -> int:
    if not names or names[0] not in FILES:
        print("Usage: python -m benchmarks NAME, where NAME is one of\n")
        for name, path in FILES.items():
            told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            print(f"  {name:<16} {told.partition(chr(10))[0]}")
        return 2 if names else 0
    running = import_module(f"benchmarks.{names[0]}").main(*names[1:])
    if inspect.iscoroutine(running):
        asyncio.run(running)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
