"""Checks of the values of variables. Each returns the value as it is used, or raises ValueError or SettingsError."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from exports.relay.transports import SmtpTransport
from graph.settings.errors import SettingsError
from graph.settings.variable import switch
from models.database.engines import parse_database_url

MIN_TOKEN_LENGTH = 16
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PATH_SEGMENT = re.compile(r"(?!\.{1,2}$)[\w.~-]+", re.ASCII)
OWN_PATHS = ("graphql", "graphiql", "console", "downloads", "health", "metrics", "schema.graphql")


def database_url(text: str) -> str:
    parse_database_url(text)
    return text


def replica_url(text: str) -> str:
    if parse_database_url(text).get_backend_name() != "postgresql":
        raise ValueError("Only PostgreSQL has replicas: use postgresql://user:password@host:5432/name.")
    return text


def smtp_url(text: str) -> str:
    SmtpTransport(text)
    return text


def mail_address(text: str) -> str:
    address = parseaddr(text)[1]
    try:
        Address(addr_spec=address)
    except (HeaderParseError, IndexError):
        raise ValueError from None
    # Only what is one address is read as one: not two of them, and not one without the space within it.
    is_whole = text.strip() == address or text.rstrip().endswith(f"<{address}>")
    if "@" not in address or not is_whole or re.search(r"[\r\n]", text):
        raise ValueError
    return address


def public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    if parts.port == 0 or parts.username is not None or re.search(r"[\s\\?#]", text):
        raise ValueError
    segments = parts.path.rstrip("/").split("/")[1:]
    is_ours = bool(segments) and segments[0] in OWN_PATHS
    if is_ours or not all(PATH_SEGMENT.fullmatch(each) for each in segments):
        raise ValueError
    return text.rstrip("/")


def storefront_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.username is not None:
        raise ValueError
    is_plain = text.isascii() and text.isprintable() and not re.search(r"[\s\"'<>\\`]", text)
    left = text.replace("{code}", "").replace("{brand}", "")
    # {code} goes into the path unless it is said where: behind a query it would be part of the query's last value.
    if parts.query and "{code}" not in text:
        raise ValueError
    if not is_plain or "{" in left or "}" in left or "{" in parts.netloc.replace("{brand}.", ""):
        raise ValueError
    return text if "{code}" in text else f"{text.rstrip('/')}/orders/{{code}}"


def provider_url(text: str) -> str:
    parts = urlsplit(text)
    # Anyone who can change the traffic to or from the provider could sign in as any user.
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or not parts.hostname or parts.port == 0 or parts.username is not None or parts.fragment:
        raise ValueError
    return text


def absolute_folder(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or (path.exists() and not path.is_dir()):
        raise ValueError
    return path


def metrics_token(text: str) -> str:
    if len(text) < MIN_TOKEN_LENGTH:
        raise ValueError
    return text


def traces(text: str) -> bool:
    is_on = switch(text)
    if is_on and find_spec("opentelemetry") is None:
        raise SettingsError("ORDERS_TRACES needs OpenTelemetry: install the extra, pip install '.[otel]'.")
    return is_on
