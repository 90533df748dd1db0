"""A server does not load what only some servers, or later requests, need."""

import subprocess
import sys

DOCUMENTS = ("weasyprint", "fontTools", "PIL", "xlsxwriter", "jinja2")
COMMANDS = ("typer", "pydantic", "graph.cli.commands", "graph.cli.demo", "resolvers.importing.importer", "rich.console")
OTHERS = ("alembic", "mako", "pygments", "httpx2")  # to migrate; for webhooks and an OIDC provider


def test_the_start_of_a_server_does_not_import_what_is_rarely_used() -> None:
    late = DOCUMENTS + COMMANDS + OTHERS
    imports = "import sys, graph.cli.main, graph.cli.serving, graph.cli.serve"
    program = f"{imports}; print([name for name in {late} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
