"""Settings of the edge: what the server lets in from the network. Read by graph/settings/environment.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graph.limits.cost import MAX_COST
from graph.limits.trusted_documents import TrustedDocuments
from graph.settings.variable import SWITCH, Variable, separated, switch


def _rate_limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or 0 < int(text) < MAX_COST:
        raise ValueError
    return int(text)


def _streams(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > 100_000:
        raise ValueError
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not 0.1 <= float(text) <= 3600:
        raise ValueError
    return float(text)


def _origins(text: str) -> tuple[str, ...]:
    return tuple(_origin(each) for each in separated(text))


def _origin(text: str) -> str:
    parts = urlsplit(text)
    _ = parts.port  # raises ValueError for a port that is none
    is_web = parts.scheme in ("http", "https") and parts.hostname
    if not is_web or text != f"{parts.scheme}://{parts.netloc}".lower():
        raise ValueError
    return text


def _networks(text: str) -> tuple[str, ...]:
    return tuple(
        str(ip_network(each)) if "/" in each else str(ip_network(each).network_address) for each in separated(text)
    )


def _documents(text: str) -> TrustedDocuments:
    return TrustedDocuments.read(Path(text), only=False)


RATE_LIMIT = Variable[int](
    "ORDERS_RATE_LIMIT",
    _rate_limit,
    300_000,
    must_be=f"a whole number of at least {MAX_COST}, which is what one request may cost, or 0 for no limit",
    about="The cost that each actor may spend within a minute, in each process.",
)
REQUEST_TIMEOUT = Variable[float](
    "ORDERS_REQUEST_TIMEOUT",
    _seconds,
    30.0,
    must_be="a number of seconds from 0.1 to 3600",
    about="The longest time that a request to `/graphql` may take.",
)
MAX_STREAMS = Variable[int](
    "ORDERS_MAX_STREAMS",
    _streams,
    1_000,
    must_be="a whole number from 0, for none, to 100000",
    about="The most streams of events (subscriptions) that each process keeps open.",
)
CORS_ORIGINS = Variable[tuple[str, ...]](
    "ORDERS_CORS_ORIGINS",
    _origins,
    (),
    must_be="origins in lower case, without a path, separated by commas, e.g. `https://shop.your-brand.com`",
    about="The sites whose pages may read answers (CORS).",
)
TRUSTED_PROXIES = Variable[tuple[str, ...]](
    "ORDERS_TRUSTED_PROXIES",
    _networks,
    (),
    must_be="IP addresses or networks, separated by commas, e.g. `10.0.0.0/8`",
    about="The proxies whose `X-Forwarded-*` headers are believed.",
)
TRUSTED_DOCUMENTS = Variable[TrustedDocuments](
    "ORDERS_TRUSTED_DOCUMENTS",
    _documents,
    TrustedDocuments(),
    must_be="a folder of `.graphql` files, or a JSON file `{id: document}`",
    about="The documents that clients may request by id (trusted documents, persisted queries).",
    default_is="none",
    explains=True,
)
TRUSTED_DOCUMENTS_ONLY = Variable[bool](
    "ORDERS_TRUSTED_DOCUMENTS_ONLY",
    switch,
    False,
    must_be=SWITCH,
    about="Refuse every document that is not a trusted one.",
    needs=("ORDERS_TRUSTED_DOCUMENTS",),
)
INTROSPECTION = Variable[bool](
    "ORDERS_INTROSPECTION",
    switch,
    True,
    must_be=SWITCH,
    about="Answer introspection queries, and suggest names in errors. Switch it off in production.",
)
GRAPHIQL = Variable[bool](
    "ORDERS_GRAPHIQL",
    switch,
    True,
    must_be=SWITCH,
    about="Serve the GraphiQL page to browsers. Switch it off in production.",
)
COMPILED = Variable[bool](
    "ORDERS_COMPILED_QUERIES",
    switch,
    True,
    must_be=SWITCH,
    about="Answer queries by compiled plans where possible, and mutations without graphql-core "
    "([performance](performance.md)). The answers are the same.",
)
EDGE_VARIABLES: tuple[Variable[Any], ...] = (
    RATE_LIMIT,
    REQUEST_TIMEOUT,
    MAX_STREAMS,
    CORS_ORIGINS,
    TRUSTED_PROXIES,
    TRUSTED_DOCUMENTS,
    TRUSTED_DOCUMENTS_ONLY,
    INTROSPECTION,
    GRAPHIQL,
    COMPILED,
)


@dataclass(frozen=True, slots=True)
class Edge:
    """`rate_limit`: cost within a minute, for each actor, in each process; 0 is none. `request_timeout` in seconds."""

    rate_limit: int = RATE_LIMIT.default
    request_timeout: float = REQUEST_TIMEOUT.default
    max_streams: int = MAX_STREAMS.default
    cors_origins: tuple[str, ...] = CORS_ORIGINS.default
    trusted_proxies: tuple[str, ...] = TRUSTED_PROXIES.default
    documents: TrustedDocuments = TRUSTED_DOCUMENTS.default
    introspection: bool = INTROSPECTION.default
    graphiql: bool = GRAPHIQL.default
    compiled: bool = COMPILED.default


def edge_from(values: Mapping[str, str]) -> Edge:
    """Raises SettingsError."""
    only = TRUSTED_DOCUMENTS_ONLY.value_in(values)
    return Edge(
        rate_limit=RATE_LIMIT.value_in(values),
        request_timeout=REQUEST_TIMEOUT.value_in(values),
        max_streams=MAX_STREAMS.value_in(values),
        cors_origins=CORS_ORIGINS.value_in(values),
        trusted_proxies=TRUSTED_PROXIES.value_in(values),
        documents=replace(TRUSTED_DOCUMENTS.value_in(values), only=only),
        introspection=INTROSPECTION.value_in(values),
        graphiql=GRAPHIQL.value_in(values),
        compiled=COMPILED.value_in(values),
    )
