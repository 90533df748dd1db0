"""A server that draws no document does not load the libraries that draw them."""

import subprocess
import sys

LATE = ("weasyprint", "fontTools", "PIL", "xlsxwriter", "rich.console")


def test_the_start_of_a_server_does_not_import_what_is_rarely_used() -> None:
    program = f"import sys, graph.cli.main, graph.cli.serve; print([name for name in {LATE} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
