"""Settings: the only reader of the environment. The README documents each variable."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from exports.relay.transports import SmtpTransport, SmtpUrlError
from graph.settings.edge import NAMES as EDGE
from graph.settings.edge import Edge, edge_from
from models.database.engines import DatabaseUrlError, parse_database_url

ROOT = Path(__file__).resolve().parents[2]
MIN_KEY_LENGTH = 32
DEMO_KEY = "demo.key"
DEFAULT_SENDER = "no-reply@localhost"
MIN_TOKEN_LENGTH = 16
OIDC = ("ORDERS_OIDC_ISSUER", "ORDERS_OIDC_AUDIENCE", "ORDERS_OIDC_JWKS_URL")
KNOWN = (
    "ORDERS_DATABASE_URL",
    "ORDERS_DATABASE_REPLICA_URL",
    "ORDERS_SMTP_URL",
    "ORDERS_MAIL_FROM",
    "ORDERS_SECRET_KEY",
    "ORDERS_PUBLIC_URL",
    "ORDERS_METRICS_TOKEN",
    "ORDERS_TRACES",
    *OIDC,
    *EDGE,
)
# What stands in examples and tutorials; by chance, one random key in millions has such a word in it.
PLACEHOLDERS = re.compile(
    "change.?me|example|secret|password|default|insecure|placeholder|your.?key|0123456789|abcdefgh", re.IGNORECASE
)
# Keys that stood in this repository.
PUBLISHED = ("a key that is only good for tests: 0123456789", "9f2c7d41e8b05a36c1d4f7e2a8b39c60")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(ValueError):
    """A setting that cannot be used; one sentence that names it and says what to write."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """Whose tokens are taken besides our own: their claims `iss` and `aud`, and where the keys are."""

    issuer: str
    audience: str
    jwks_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`smtp_url` None: mails are written to `mail_folder`. `public_url` None: where the server listens.

    `metrics_token` None: no /metrics. `traces`: spans go to OpenTelemetry (graph/telemetry/traces.py).
    """

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    data_folder: Path
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = DEFAULT_SENDER
    public_url: str | None = None
    oidc: OidcProvider | None = None
    edge: Edge = field(default_factory=Edge)
    replica_url: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    traces: bool = False

    @property
    def mail_folder(self) -> Path:
        return self.data_folder / "mail"


def from_environment(
    environment: Mapping[str, str] = os.environ, *, demo: bool = False, data_folder: Path = ROOT / "var"
) -> Settings:
    """Raises SettingsError. Makes the data folder and its signing key when they are needed and not there."""
    values = {
        name: value.strip() for name, value in environment.items() if name.startswith("ORDERS_") and value.strip()
    }
    unknown = sorted(values.keys() - set(KNOWN))
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting; there are {', '.join(KNOWN)}.")
    default_database = f"sqlite:///{data_folder / ('demo.db' if demo else 'orders.db')}"
    smtp_url = values.get("ORDERS_SMTP_URL")
    if smtp_url and "ORDERS_MAIL_FROM" not in values:
        raise SettingsError("ORDERS_SMTP_URL is set, so ORDERS_MAIL_FROM must be too, e.g. orders@your-brand.com.")
    return Settings(
        database_url=_database_url(values.get("ORDERS_DATABASE_URL", default_database)),
        secret_key=_secret_key(values.get("ORDERS_SECRET_KEY"), data_folder, DEMO_KEY if demo else "secret.key"),
        data_folder=data_folder,
        smtp_url=_smtp_url(smtp_url) if smtp_url else None,
        mail_from=_mail_from(values.get("ORDERS_MAIL_FROM", DEFAULT_SENDER)),
        public_url=_public_url(values["ORDERS_PUBLIC_URL"]) if "ORDERS_PUBLIC_URL" in values else None,
        oidc=_oidc(values),
        edge=_edge(values),
        replica_url=_replica_url(values.get("ORDERS_DATABASE_REPLICA_URL"), values.get("ORDERS_DATABASE_URL", "")),
        metrics_token=_metrics_token(values.get("ORDERS_METRICS_TOKEN")),
        traces=_traces(values.get("ORDERS_TRACES", "off")),
    )


def _edge(values: Mapping[str, str]) -> Edge:
    try:
        return edge_from(values)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _database_url(text: str) -> str:
    try:
        parse_database_url(text)
    except DatabaseUrlError as error:
        raise SettingsError(f"ORDERS_DATABASE_URL: {error}") from None
    return text


def _replica_url(text: str | None, database: str) -> str | None:
    if text is None:
        return None
    try:
        kinds = {parse_database_url(url).get_backend_name() for url in (text, database or "sqlite:///x")}
    except DatabaseUrlError as error:
        raise SettingsError(f"ORDERS_DATABASE_REPLICA_URL: {error}") from None
    if kinds != {"postgresql"}:
        raise SettingsError("ORDERS_DATABASE_REPLICA_URL needs a PostgreSQL in ORDERS_DATABASE_URL, and is one itself.")
    return text


def _metrics_token(text: str | None) -> str | None:
    if text is not None and len(text) < MIN_TOKEN_LENGTH:
        raise SettingsError(f"ORDERS_METRICS_TOKEN is too short: give at least {MIN_TOKEN_LENGTH} random characters.")
    return text


def _traces(text: str) -> bool:
    if text not in ("on", "off"):
        raise SettingsError(f"ORDERS_TRACES is neither on nor off: {text!r}.")
    if text == "on" and find_spec("opentelemetry") is None:
        raise SettingsError("ORDERS_TRACES needs OpenTelemetry: install the extra, pip install '.[otel]'.")
    return text == "on"


def _smtp_url(text: str) -> str:
    try:
        SmtpTransport(text)
    except SmtpUrlError as error:
        raise SettingsError(f"ORDERS_SMTP_URL: {error}") from None
    return text


def _mail_from(text: str) -> str:
    address = parseaddr(text)[1]
    try:
        Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        address = ""
    if "@" not in address or re.search(r"[\r\n]", text):
        raise SettingsError(f"ORDERS_MAIL_FROM is not an e-mail address: {text!r}; write e.g. orders@your-brand.com.")
    return address


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"ORDERS_PUBLIC_URL is not an address: {text!r}; write e.g. https://orders.your-brand.com.")
    return text.rstrip("/")


def _oidc(values: Mapping[str, str]) -> OidcProvider | None:
    given = [name for name in OIDC if name in values]
    if not given:
        return None
    for name in OIDC:
        if name not in values:
            raise SettingsError(f"{given[0]} is set, so {name} must be too; see docs/guides/sign-in.md.")
    issuer, audience, jwks_url = (values[name] for name in OIDC)
    parts = _split(jwks_url)
    # Who can change the keys on their way can be anybody.
    is_safe = parts and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    if not parts or not is_safe or not parts.hostname or parts.username is not None or parts.fragment:
        raise SettingsError(
            "ORDERS_OIDC_JWKS_URL is not an https address without a password, e.g. https://login.your-brand.com/keys."
        )
    return OidcProvider(issuer, audience, jwks_url)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def is_weak(key: str) -> bool:
    """Too short, of too few characters, the same over and over, or taken from an example."""
    repeats = any(key == (key[:length] * len(key))[: len(key)] for length in range(1, len(key) // 2 + 1))
    known = key in PUBLISHED or bool(PLACEHOLDERS.search(key))
    return len(key) < MIN_KEY_LENGTH or len(set(key)) < 8 or repeats or known


def _secret_key(given: str | None, folder: Path, name: str) -> str:
    """The key in ORDERS_SECRET_KEY, or one of our own that is made once and kept in a file that only we can read."""
    if given is not None:
        if is_weak(given):
            raise SettingsError(
                f"ORDERS_SECRET_KEY is too weak: give at least {MIN_KEY_LENGTH} random characters, e.g. from "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
            )
        if name != DEMO_KEY and _is_in(folder / DEMO_KEY, given):
            raise SettingsError(
                "ORDERS_SECRET_KEY is the demo's, whose tokens everybody may have seen: make a new one."
            )
        return given
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Complete before it has its name: another process may be starting too.
            draft = folder / f".{name}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written or read ({error.strerror}); check the folder's rights."
        ) from None
    if is_weak(key) or (name != DEMO_KEY and _is_in(folder / DEMO_KEY, key)):
        raise SettingsError(
            f"{path} holds no proper key; remove it, and a new one is made (tokens given out then end)."
        )
    return key


def _is_in(path: Path, key: str) -> bool:
    try:
        return path.read_text().strip() == key
    except (OSError, ValueError):
        return False
