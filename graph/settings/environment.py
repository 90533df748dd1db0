"""Settings: the only reader of the environment, which it reads once. docs/settings.md is printed from the tables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from exports.relay.transports import FileTransport, SmtpTransport, Transport
from graph.settings import checks
from graph.settings.edge import EDGE_VARIABLES, Edge, edge_from
from graph.settings.errors import SettingsError
from graph.settings.oidc import OIDC_VARIABLES, OidcProvider, oidc_from
from graph.settings.secret_key import MIN_KEY_LENGTH, secret_key, strong_key
from graph.settings.variable import SWITCH, Variable, plain, switch
from models.database.engines import parse_database_url
from models.locale import Locale

ROOT = Path(__file__).resolve().parents[2]
# Of an installed package, without a checkout: in the folder where the command runs.
DATA_FOLDER = (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "var"
DATA_FOLDER_SETTING = Variable[Path | None](
    "ORDERS_DATA_FOLDER",
    checks.absolute_folder,
    None,
    must_be="the absolute path of a folder, e.g. `/var/lib/orders`",
    about="Where the server writes what has no other place: SQLite's file, the made secret key, the audit's anchors, "
    "mails without a mail server.",
    default_is="`var` in the checkout; of an installed package, in the current folder",
)
DATABASE_URL = Variable[str | None](
    "ORDERS_DATABASE_URL",
    checks.database_url,
    None,
    must_be="`sqlite:///path/to/orders.db` or `postgresql://user:password@host:5432/name`",
    about="The database. `serve` creates or migrates it first, unless `--no-migrate` is given. On PostgreSQL, use a "
    "role that is no superuser ([PostgreSQL](guides/postgresql.md)); add `?pgbouncer=true` when connecting through "
    "PgBouncer.",
    default_is="`orders.db` in the data folder; for the demo `demo.db`",
    explains=True,
)
DATABASE_REPLICA_URL = Variable[str | None](
    "ORDERS_DATABASE_REPLICA_URL",
    checks.replica_url,
    None,
    must_be="`postgresql://user:password@host:5432/name`",
    about="A PostgreSQL replica, used for queries.",
    needs=("ORDERS_DATABASE_URL",),
    explains=True,
)
SMTP_URL = Variable[str | None](
    "ORDERS_SMTP_URL",
    checks.smtp_url,
    None,
    must_be="`smtp://user:password@host:587` or `smtps://user:password@host:465`",
    about="The mail server. `smtp://` uses STARTTLS when the server offers it, `smtps://` uses TLS from the start.",
    default_is="none: mails are written to `mail/` in the data folder as `.eml` files",
    needs=("ORDERS_MAIL_FROM",),
    explains=True,
)
MAIL_FROM = Variable[str](
    "ORDERS_MAIL_FROM",
    checks.mail_address,
    "no-reply@localhost",
    must_be="an e-mail address, e.g. `orders@your-brand.com`",
    about="The sender's address of all mails.",
)
SECRET_KEY = Variable[str | None](
    "ORDERS_SECRET_KEY",
    strong_key,
    None,
    must_be=f"at least {MIN_KEY_LENGTH} random characters, e.g. what "
    "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` prints",
    about="Signs tokens and download links. Every machine needs the same key. Weak and published keys and the demo's "
    "key are refused.",
    default_is="made once and kept in the data folder, in `secret.key`; for the demo in `demo.key`",
    is_secret=True,
)
PUBLIC_URL = Variable[str | None](
    "ORDERS_PUBLIC_URL",
    checks.public_url,
    None,
    must_be="an http or https address without a password, e.g. `https://orders.your-brand.com` or "
    "`https://your-brand.com/orders`; its path has only letters, digits and `.~_-`, and does not begin with "
    + " or ".join(f"`/{each}`" for each in checks.OWN_PATHS),
    about="The server's address for its users, e.g. in download links. With a path, the server answers below that path "
    "and without it, so the proxy may keep or strip it.",
    default_is="the address that the server listens on",
    is_secret=True,  # a wrong one may have a password in it
)
STOREFRONT_URL = Variable[str | None](
    "ORDERS_STOREFRONT_URL",
    checks.storefront_url,
    None,
    must_be="an http or https address without a password, e.g. `https://shop.your-brand.com/orders/{code}`; `{code}` "
    "stands for the order's code, `{brand}` for the brand's",
    about="Where buyers see an order: the button in mails leads there. Without `{code}`, `/orders/{code}` is added; an "
    "address with a query must have it.",
    default_is="none: mails have no button",
    is_secret=True,  # a wrong one may have a password in it
)
METRICS_TOKEN = Variable[str | None](
    "ORDERS_METRICS_TOKEN",
    checks.metrics_token,
    None,
    must_be=f"at least {checks.MIN_TOKEN_LENGTH} random characters",
    about="The bearer token that Prometheus sends to `/metrics`.",
    default_is="none: there is no `/metrics`",
    is_secret=True,
)
WEBHOOKS_TO_LOOPBACK = Variable[bool](
    "ORDERS_WEBHOOKS_TO_LOOPBACK",
    switch,
    False,
    must_be=SWITCH,
    about="Let webhooks post to this machine (127.0.0.0/8 and ::1), also over http: for development. The demo does.",
)
DOCUMENT_PROCESSES = Variable[bool](
    "ORDERS_DOCUMENT_PROCESSES",
    switch,
    True,
    must_be=SWITCH,
    about="Make PDFs and workbooks in processes of their own, so that answers of the API do not wait for them: up to "
    "four for each server process, started when they are needed. `off`: in the server's own, which takes less memory, "
    "but cannot end a drawing that takes too long.",
)
TRACES = Variable[bool](
    "ORDERS_TRACES",
    checks.traces,
    False,
    must_be=SWITCH,
    about="Send OpenTelemetry spans; needs the extra `otel`.",
)
VARIABLES: tuple[Variable[Any], ...] = (
    DATA_FOLDER_SETTING,
    DATABASE_URL,
    DATABASE_REPLICA_URL,
    SMTP_URL,
    MAIL_FROM,
    SECRET_KEY,
    PUBLIC_URL,
    STOREFRONT_URL,
    *OIDC_VARIABLES,
    *EDGE_VARIABLES,
    METRICS_TOKEN,
    WEBHOOKS_TO_LOOPBACK,
    DOCUMENT_PROCESSES,
    TRACES,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """`smtp_url` None: mails are written to `mail_folder`. `public_url` None: where the server listens.

    `metrics_token` None: no /metrics. `traces`: spans go to OpenTelemetry (graph/telemetry/traces.py).
    """

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    data_folder: Path
    smtp_url: str | None = field(default=SMTP_URL.default, repr=False)
    mail_from: str = MAIL_FROM.default
    public_url: str | None = PUBLIC_URL.default
    storefront_url: str | None = STOREFRONT_URL.default
    oidc: OidcProvider | None = None
    edge: Edge = field(default_factory=Edge)
    replica_url: str | None = field(default=DATABASE_REPLICA_URL.default, repr=False)
    metrics_token: str | None = field(default=METRICS_TOKEN.default, repr=False)
    webhooks_to_loopback: bool = WEBHOOKS_TO_LOOPBACK.default
    document_processes: bool = DOCUMENT_PROCESSES.default
    traces: bool = TRACES.default
    is_demo: bool = False

    @property
    def mail_folder(self) -> Path:
        return self.data_folder / "mail"

    def transport(self) -> Transport:
        return SmtpTransport(self.smtp_url) if self.smtp_url else FileTransport(self.mail_folder)


def from_environment(
    environment: Mapping[str, str] = os.environ,
    *,
    demo: bool = False,
    data_folder: Path = DATA_FOLDER,
    make_key: bool = True,
) -> Settings:
    """Raises SettingsError. `data_folder`: unless the environment names one.

    Makes the data folder and its signing key when they are needed and not there. With `make_key` False the key is
    empty then; `with_key` makes it, once the command cannot fail any more.
    """
    values = _values(environment)
    data_folder = DATA_FOLDER_SETTING.value_in(values) or data_folder
    return Settings(
        database_url=_database(values, data_folder, demo=demo),
        data_folder=data_folder,
        smtp_url=SMTP_URL.value_in(values),
        mail_from=MAIL_FROM.value_in(values),
        public_url=PUBLIC_URL.value_in(values),
        storefront_url=STOREFRONT_URL.value_in(values),
        oidc=oidc_from(values),
        edge=edge_from(values),
        replica_url=DATABASE_REPLICA_URL.value_in(values),
        metrics_token=METRICS_TOKEN.value_in(values),
        webhooks_to_loopback=demo or WEBHOOKS_TO_LOOPBACK.value_in(values),
        document_processes=DOCUMENT_PROCESSES.value_in(values),
        traces=TRACES.value_in(values),
        is_demo=demo,
        # The last one: a wrong setting leaves no file behind.
        secret_key=secret_key(SECRET_KEY.value_in(values), data_folder, demo=demo, make=make_key),
    )


def with_key(settings: Settings) -> Settings:
    """The settings with a signing key, which is made now if there is none. Raises SettingsError."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=secret_key(None, settings.data_folder, demo=settings.is_demo))


def database_url(
    environment: Mapping[str, str] = os.environ, *, demo: bool = False, data_folder: Path = DATA_FOLDER
) -> str:
    """The same as from_environment has, but without making a key. Raises SettingsError."""
    values = _values(environment)
    return _database(values, DATA_FOLDER_SETTING.value_in(values) or data_folder, demo=demo)


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The same as from_environment has. Raises SettingsError."""
    return DATA_FOLDER_SETTING.value_in(_values(environment)) or DATA_FOLDER


def language_of_terminal(environment: Mapping[str, str] = os.environ) -> Locale:
    """As POSIX has it: the first of these variables that is set counts."""
    setting = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return Locale.JA if setting.casefold().startswith("ja") else Locale.EN


def _values(environment: Mapping[str, str]) -> dict[str, str]:
    """Our variables that are not blank. Raises SettingsError for an unknown one, and for one without what it needs."""
    by_name = {variable.name: variable for variable in VARIABLES}
    values = {name: value.strip() for name, value in environment.items() if name.startswith("ORDERS_")}
    values = {name: value for name, value in values.items() if value}
    for name in sorted(values.keys() - by_name.keys()):
        alike = get_close_matches(name, by_name, 1)
        hint = f"Did you mean {alike[0]}? " if alike else ""
        raise SettingsError(f"{name} is not a setting. {hint}docs/settings.md lists the settings.")
    for variable in VARIABLES:
        missing = [need for need in variable.needs if need not in values]
        if missing and variable.name in values and variable.value_in(values):
            must_be = plain(by_name[missing[0]].must_be)
            raise SettingsError(f"{variable.name} is set, so {missing[0]} must be too: {must_be}.")
    return values


def _database(values: Mapping[str, str], data_folder: Path, *, demo: bool) -> str:
    url = DATABASE_URL.value_in(values) or f"sqlite:///{data_folder / ('demo.db' if demo else 'orders.db')}"
    if DATABASE_REPLICA_URL.value_in(values) and parse_database_url(url).get_backend_name() != "postgresql":
        raise SettingsError("ORDERS_DATABASE_REPLICA_URL needs a PostgreSQL in ORDERS_DATABASE_URL.")
    return url
