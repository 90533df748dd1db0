"""Settings of the edge: what the server lets in from the network. Read by graph/settings/environment.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from graph.limits.cost import MAX_COST
from graph.limits.trusted_documents import TrustedDocuments

NAMES = (
    "ORDERS_RATE_LIMIT",
    "ORDERS_REQUEST_TIMEOUT",
    "ORDERS_CORS_ORIGINS",
    "ORDERS_TRUSTED_PROXIES",
    "ORDERS_TRUSTED_DOCUMENTS",
    "ORDERS_TRUSTED_DOCUMENTS_ONLY",
    "ORDERS_INTROSPECTION",
    "ORDERS_GRAPHIQL",
)


@dataclass(frozen=True, slots=True)
class Edge:
    """`rate_limit`: cost within a minute, for each actor, in each process; 0 is none. `request_timeout` in seconds."""

    rate_limit: int = 300_000
    request_timeout: float = 30.0
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    documents: TrustedDocuments = field(default_factory=TrustedDocuments)
    introspection: bool = True
    graphiql: bool = True


def edge_from(values: Mapping[str, str]) -> Edge:
    """Raises ValueError with a sentence that names the variable."""
    only = _switch(values, "ORDERS_TRUSTED_DOCUMENTS_ONLY", default=False)
    if only and "ORDERS_TRUSTED_DOCUMENTS" not in values:
        raise ValueError("ORDERS_TRUSTED_DOCUMENTS_ONLY is on, so ORDERS_TRUSTED_DOCUMENTS must name the documents.")
    return Edge(
        rate_limit=_rate_limit(values.get("ORDERS_RATE_LIMIT", str(Edge().rate_limit))),
        request_timeout=_seconds(values.get("ORDERS_REQUEST_TIMEOUT", str(Edge().request_timeout))),
        cors_origins=tuple(_origin(each) for each in _list(values.get("ORDERS_CORS_ORIGINS", ""))),
        trusted_proxies=tuple(_network(each) for each in _list(values.get("ORDERS_TRUSTED_PROXIES", ""))),
        documents=_documents(values.get("ORDERS_TRUSTED_DOCUMENTS"), only=only),
        introspection=_switch(values, "ORDERS_INTROSPECTION", default=True),
        graphiql=_switch(values, "ORDERS_GRAPHIQL", default=True),
    )


def _list(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _switch(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = values.get(name, "on" if default else "off").lower()
    if text not in ("on", "off", "1", "0", "true", "false", "yes", "no"):
        raise ValueError(f"{name} is a switch: write on or off, not {text!r}.")
    return text in ("on", "1", "true", "yes")


def _rate_limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or 0 < int(text) < MAX_COST:
        raise ValueError(
            f"ORDERS_RATE_LIMIT is the cost that an actor may ask for within a minute: write a whole number, at least "
            f"{MAX_COST}, which is what one request may cost, or 0 for no limit; not {text!r}."
        )
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not 0.1 <= float(text) <= 3600:
        raise ValueError(f"ORDERS_REQUEST_TIMEOUT is a number of seconds, 0.1 to 3600; not {text!r}.")
    return float(text)


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or text != f"{parts.scheme}://{parts.netloc}".lower()
    ):
        raise ValueError(
            "ORDERS_CORS_ORIGINS are origins with commas between, such as https://shop.your-brand.com, without a path "
            f"and in small letters; not {text!r}."
        )
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text)) if "/" in text else str(ip_network(text).network_address)
    except ValueError:
        raise ValueError(
            f"ORDERS_TRUSTED_PROXIES are addresses or networks with commas between, such as 10.0.0.0/8; not {text!r}."
        ) from None


def _documents(text: str | None, *, only: bool) -> TrustedDocuments:
    if text is None:
        return TrustedDocuments()
    try:
        return TrustedDocuments.read(Path(text), only=only)
    except ValueError as error:
        raise ValueError(f"ORDERS_TRUSTED_DOCUMENTS: {error}") from None
