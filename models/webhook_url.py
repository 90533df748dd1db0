"""Which URLs and addresses a webhook may post to: never to the server's own network (SSRF)."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from models.locale import Text
from models.webhook import MAX_URL_LENGTH

IpAddress = IPv4Address | IPv6Address

# https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast and 6to4's relays.
SPECIAL_IPV4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# IPv6 allocates global unicast addresses from 2000::/3 only. So what lies outside is refused: loopback, IPv4-mapped,
# NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), unique local, link-local, site-local, multicast. Within it, of
# https://www.iana.org/assignments/iana-ipv6-special-registry: protocols (Teredo, ORCHID), documentation, 6to4, AS112.
GLOBAL_IPV6 = ip_network("2000::/3")
SPECIAL_IPV6 = tuple(
    map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "3ffe::/16"))
)
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")  # urlsplit gives it in lower case
LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


TOO_LONG = Text("The URL has more than {most:,} characters.", "URLは{most:,}文字以内で指定してください。")
NOT_ENCODED = Text(
    "The URL has a character that must be encoded: percent-encode its path, and write its host in IDNA.",
    "URLにエンコードが必要な文字が含まれています（パスはパーセントエンコード、ホストはPunycodeで指定してください）。",
)
UNREADABLE = Text(
    "The URL cannot be read: give one as https://example.com/hooks.",
    "URLの形式が正しくありません（例：https://example.com/hooks）。",
)
NOT_HTTPS = Text("The URL must begin with https://.", "URLはhttps://で始めてください。")
WITH_PASSWORD = Text(
    "The URL has a user or password. Leave it out: the receiver checks the signature instead.",
    "URLにユーザー名やパスワードを含めないでください（受信側は署名で検証できます）。",
)
WITH_FRAGMENT = Text("The URL has a fragment (#…), which is never sent.", "URLに#以降の部分を含めないでください。")
NOT_PUBLIC = Text(
    "The URL leads to {address}, which is no public address.",
    "URLの送信先 {address} は公開されたアドレスではありません。",
)
OWN_MACHINE = Text("The URL leads to the server's own machine.", "URLの送信先がサーバー自身になっています。")


class WebhookUrlError(ValueError):
    """The URL cannot be used. `text` says why; `values` are for its {names}."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__(text.en.format(**values))
        self.text = text
        self.values = values


def is_public(address: IpAddress) -> bool:
    """Whether the address belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in each for each in SPECIAL_IPV4)
    return address in GLOBAL_IPV6 and not address.scope_id and not any(address in each for each in SPECIAL_IPV6)


def may_connect(address: IpAddress, *, to_loopback: bool) -> bool:
    """`to_loopback`: 127.0.0.0/8 and ::1 are allowed, too."""
    return is_public(address) or (to_loopback and address.is_loopback and not _is_mapped(address))


def parse_webhook_url(url: str, *, to_loopback: bool) -> SplitResult:
    """Checks what can be known without resolving the name. Raises WebhookUrlError.

    `to_loopback`: see the setting ORDERS_WEBHOOKS_TO_LOOPBACK. Then http is allowed, but to loopback addresses only.
    """
    if len(url) > MAX_URL_LENGTH:
        raise WebhookUrlError(TOO_LONG, most=MAX_URL_LENGTH)
    # Programs do not agree on how to read others, e.g. a backslash; so one may check another host than is connected to.
    if not url.isascii() or not url.isprintable() or any(character in url for character in ' \\"<>^`{|}'):
        raise WebhookUrlError(NOT_ENCODED)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise WebhookUrlError(UNREADABLE) from None
    if parts.scheme not in ("https", "http"):
        raise WebhookUrlError(NOT_HTTPS)
    if "@" in parts.netloc:
        raise WebhookUrlError(WITH_PASSWORD)
    if "#" in url:
        raise WebhookUrlError(WITH_FRAGMENT)
    if not host or port == 0 or not _is_host(host):
        raise WebhookUrlError(UNREADABLE)
    literal = literal_address(host)
    if literal is not None and not may_connect(literal, to_loopback=to_loopback):
        raise WebhookUrlError(NOT_PUBLIC, address=literal)
    is_own = host.rstrip(".") in LOCAL_NAMES or host.rstrip(".").endswith(".localhost")
    if is_own and not to_loopback:
        raise WebhookUrlError(OWN_MACHINE)
    if parts.scheme == "http" and not (to_loopback and (is_own or (literal is not None and literal.is_loopback))):
        raise WebhookUrlError(NOT_HTTPS)
    return parts


def literal_address(host: str) -> IpAddress | None:
    """The address that a host spells out; None for a name. Also the old forms, e.g. 127.1, 0x7f.1 and 2130706433."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def _is_host(host: str) -> bool:
    """A name of letters, digits, hyphens and underscores, or an address."""
    return bool(NAME.fullmatch(host)) or (":" in host and literal_address(host) is not None)


def _is_mapped(address: IpAddress) -> bool:
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None
