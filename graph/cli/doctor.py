"""`orders doctor`: what is missing on this machine, and how to get it."""

import platform
import shutil
from collections.abc import Awaitable, Callable
from ctypes.util import find_library
from pathlib import Path

from exports.relay.transports import SmtpTransport
from graph.cli.database import shown
from graph.core.clock import utc_now
from graph.identity.jwks import ProviderKeys
from graph.settings.environment import ROOT, Settings, from_environment
from graph.settings.errors import SettingsError
from models.database.postgres import bypasses_row_security
from models.database.serving_role import role_and_powers
from models.database.sessions import Database
from models.migrations.releases import latest, schema_state

APT = "sudo apt-get install --no-install-recommends"
LIBRARIES = {
    "Pango": ("pango-1.0", "documents cannot be drawn without it"),
    "Pango FreeType": ("pangoft2-1.0", "documents cannot be drawn without it"),
    "HarfBuzz subset": ("harfbuzz-subset", "Japanese documents take seconds without it"),
}
PACKAGES = {
    "Pango": "libpango-1.0-0",
    "Pango FreeType": "libpangoft2-1.0-0",
    "HarfBuzz subset": "libharfbuzz-subset0",
    "Japanese font": "fonts-noto-cjk",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
JAPANESE_FONTS = ("NotoSansCJK*", "NotoSansJP*", "ipaexg*", "ipag*", "TakaoGothic*")
# A letter of each script that documents may have, and the package with a font for it.
SCRIPTS = {
    "fonts-noto-core": {
        "Greek": "α",
        "Cyrillic": "ж",
        "Thai": "ก",
        "Devanagari": "क",
        "Arabic": "ش",
        "Hebrew": "ש",
    },
    "fonts-noto-cjk": {"Korean": "한", "Chinese": "们"},
    "fonts-noto-color-emoji": {"emoji": "🧵"},
}

STATES = {True: "[green]ok[/]", None: "[yellow]note[/]", False: "[red]missing[/]"}
# Whether it is fine; None: it works, but there is something to know.
Finding = tuple[bool | None, str]


async def examine(*, demo: bool) -> bool:
    """Prints a table; True when nothing is missing."""
    findings: list[tuple[str, Finding]] = [("Python", (True, platform.python_version()))]
    findings += [(name, _library(*about)) for name, about in LIBRARIES.items()]
    findings.append(("Japanese font", _font()))
    findings.append(("Other scripts", _scripts()))
    if (ROOT / "tests").is_dir():
        findings.append(("Chromium", _browser()))
    try:
        settings = from_environment(demo=demo, make_key=False)
    except SettingsError as error:
        findings.append(("Settings", (False, str(error))))
    else:
        findings.append(("Settings", (True, f"data in {settings.data_folder}")))
        findings.append(("Database", await _finding(_database, settings)))
        if settings.database_url.startswith("postgresql"):
            findings.append(("Row-level security", await _finding(_row_security, settings)))
            findings.append(("Serving role", await _finding(_serving_role, settings)))
        findings.append(("SMTP", await _finding(_smtp, settings)))
        findings.append(("OIDC provider", await _finding(_oidc, settings)))
    # Here, as a server imports this module too.
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, padding=(0, 2))
    missing = []
    for name, (is_fine, result) in findings:
        table.add_row(STATES[is_fine], name, result)
        if is_fine is False:
            missing += [package for about, package in PACKAGES.items() if about == name]
    console = Console()
    console.print(table)
    if missing:
        console.print(f"\nGet it with: {APT} {' '.join(missing)}", soft_wrap=True, highlight=False)
    return all(is_fine is not False for _, (is_fine, _) in findings)


def _library(name: str, why: str) -> Finding:
    found = find_library(name)
    return (True, found) if found else (False, why)


def _font() -> Finding:
    for folder in FONT_FOLDERS:
        for pattern in JAPANESE_FONTS:
            if found := next(Path(folder).expanduser().rglob(pattern), None):
                return True, found.name
    return False, "Japanese text in documents would be boxes"


def _scripts() -> Finding:
    try:
        from exports.pdf.drawing.drawing import missing_letters

        missing = missing_letters(" ".join(letter for letters in SCRIPTS.values() for letter in letters.values()))
    except (OSError, ImportError):  # no Pango
        return None, "not looked at, as documents cannot be drawn"
    lacking = {package: [name for name, letter in of.items() if letter in missing] for package, of in SCRIPTS.items()}
    names = [name for found in lacking.values() for name in found]
    if not names:
        return True, "each has a font"
    packages = " ".join(package for package, found in lacking.items() if found)
    return None, f"no font for {', '.join(names)}: documents show code points; get them with: {APT} {packages}"


def _browser() -> Finding:
    found = shutil.which("chromium")
    return (True, found) if found else (None, f"./run test skips the tests in a browser; get it with: {APT} chromium")


async def _finding(check: Callable[[Settings], Awaitable[Finding]], settings: Settings) -> Finding:
    try:
        return await check(settings)
    except Exception as error:
        return False, f"does not answer: {getattr(error, 'orig', None) or str(error) or type(error).__name__}"


async def _database(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    name = shown(database)
    if not database.exists():
        return True, f"{name} is created by ./run orders migrate, or at the first start"
    try:
        state = await schema_state(database)
    finally:
        await database.close()
    if problem := state.problem():
        return False, f"{name}: {problem}"
    if state.revision == latest():
        return True, f"{name} at schema {state.revision}"
    if state.is_admitting:
        return True, f"{name} at schema {state.revision}, newer than this release, which may go on"
    return None, f"{name} at schema {state.revision}, older than this release: migrate it with ./run orders migrate"


async def _row_security(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    try:
        role = await bypasses_row_security(database.engine)
    finally:
        await database.close()
    if role is None:
        return True, "PostgreSQL keeps the brands apart, too"
    return False, f"does not bind the role {role}; give the program a role of its own (docs/guides/postgresql.md)"


async def _serving_role(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    try:
        role, found = await role_and_powers(database)
    finally:
        await database.close()
    if not found:
        return True, f"{role} can change rows only"
    return None, (
        f"{role} {', '.join(found)}, and so could switch off triggers; "
        "serve with another role: ./run orders migrate --grant-to ROLE (docs/guides/postgresql.md)"
    )


async def _smtp(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return True, f"not set: mails are written to {settings.mail_folder}; set ORDERS_SMTP_URL to send them"
    await SmtpTransport(settings.smtp_url).check()
    return True, "the mail server answers"


async def _oidc(settings: Settings) -> Finding:
    if settings.oidc is None:
        return True, "not set: our own tokens and API keys sign in; see docs/guides/sign-in.md"
    provider = ProviderKeys(settings.oidc.jwks_url, utc_now)
    try:
        return True, f"publishes {len(await provider.published())} usable keys"
    finally:
        await provider.close()
