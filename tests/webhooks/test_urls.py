"""Where a webhook may post: the URL's form, every address that its host has, and no other address than that."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from exports.webhooks import posting
from exports.webhooks.answers import Answer, Result
from exports.webhooks.posting import Poster, tls
from models.webhook_url import IpAddress, WebhookUrlError, is_public, parse_webhook_url
from tests.webhooks.receiver import Receiver, answering, receiving

FORBIDDEN_ADDRESSES = [
    "0.0.0.0",  # noqa: S104 - not bound to
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::10.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:0a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC_ADDRESSES = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::200e"]

FORBIDDEN_URLS = [
    "",
    "hooks",
    "//example.com/hooks",
    "http://example.com/hooks",
    "ftp://example.com/hooks",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "https:/example.com",
    "https:///hooks",
    "https://:443/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:port/",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://example.com/#fragment",
    "https://example.com/#",
    "https://exam ple.com/",
    " https://example.com/",
    "https://example.com/\n",
    "https://example.com/\r\nX-Injected: 1",
    "https://example.com/\x00",
    "https://例え.jp/",
    "https://example.com/注文",
    "https://exa\u00admple.com/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://example..com/",
    "https://.example.com/",
    "https://%31%32%37.0.0.1/",
    "https://exam%70le.com/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://hooks.localhost/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7F.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://10.1/",
    "https://3232235777/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[v1.fe80::a]/",
    f"https://example.com/{'x' * 2000}",
]


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_a_url_that_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        parse_webhook_url(url, to_loopback=False)


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
def test_a_url_with_a_forbidden_address(address: str) -> None:
    with pytest.raises(WebhookUrlError):
        parse_webhook_url(f"https://{f'[{address}]' if ':' in address else address}/", to_loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hooks?key=value&more=%20",
        "HTTPS://Example.COM:8443/hooks",
        "https://xn--r8jz45g.jp/",
        "https://my_host.example.com./",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]:8443/",
    ],
)
def test_a_url_that_is_taken(url: str) -> None:
    assert parse_webhook_url(url, to_loopback=False)


def test_the_setting_allows_this_machine_and_nothing_else() -> None:
    for url in ("http://127.0.0.1:8080/", "http://localhost/", "https://[::1]/", "http://[::1]/", "http://127.0.0.2/"):
        assert parse_webhook_url(url, to_loopback=True)
    for url in (
        "http://example.com/",
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
    ):
        with pytest.raises(WebhookUrlError):
            parse_webhook_url(url, to_loopback=True)


async def post(url: str, *addresses: str, to_loopback: bool = False, context: ssl.SSLContext | None = None) -> Answer:
    """The names of hosts lead to these addresses."""

    async def resolve(_host: str, _port: int) -> list[IpAddress]:
        return [ip_address(each) for each in addresses]

    async with Poster(context or tls(), to_loopback=to_loopback, resolve=resolve) as poster:
        return await poster.post(url, b"{}", {"webhook-id": "evt_1"})


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
async def test_a_name_that_leads_to_a_forbidden_address_is_not_connected_to(address: str) -> None:
    answer = await post("https://hooks.example/", address)
    assert (answer.result, answer.status) == (Result.NOT_ALLOWED, None)


async def test_one_forbidden_address_among_public_ones_is_enough() -> None:
    answer = await post("https://hooks.example/", "1.1.1.1", "8.8.8.8", "10.0.0.1")
    assert answer.result is Result.NOT_ALLOWED
    assert answer.error == "hooks.example leads to an address that is not public"


async def test_a_stored_url_is_checked_at_each_attempt() -> None:
    """E.g. one that was created while the setting allowed this machine."""
    async with receiving() as receiver:
        assert (await post(receiver.url)).result is Result.NOT_ALLOWED
        assert (await post(receiver.url, to_loopback=True)).result is Result.DELIVERED
        answer = await post(f"http://localhost:{receiver.port}/", "1.1.1.1", to_loopback=True)
        assert answer.result is Result.NOT_ALLOWED, "http goes to this machine only"


async def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to() -> None:
    """DNS rebinding: the second answer of the name server would lead elsewhere."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def resolve(_host: str, _port: int) -> list[IpAddress]:
        return [ip_address(each) for each in answers.pop(0)]

    async with receiving() as receiver, Poster(tls(), to_loopback=True, resolve=resolve) as poster:
        url = f"http://hooks.localhost:{receiver.port}/hooks"
        assert (await poster.post(url, b"{}", {})).result is Result.DELIVERED
        assert receiver.requests[0].headers["host"] == f"hooks.localhost:{receiver.port}"
        assert (await poster.post(url, b"{}", {})).result is Result.NOT_ALLOWED
        assert len(receiver.requests) == 1


async def test_the_next_address_is_tried_when_one_cannot_be_connected_to(receiver: Receiver) -> None:
    url = f"http://hooks.localhost:{receiver.port}/"
    assert (await post(url, "127.0.0.9", "127.0.0.1", to_loopback=True)).result is Result.DELIVERED


async def test_a_redirect_to_a_forbidden_address_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as inner:
        for status in (301, 302, 303, 307, 308):
            receiver.behave = answering(f"{status} Moved", Location=inner.url)
            answer = await post(receiver.url, to_loopback=True)
            assert (answer.result, answer.status) == (Result.REFUSED, status)
        assert inner.requests == []


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login user password secret\n")
        monkeypatch.setenv("NETRC", str(netrc))
        assert (await post(receiver.url, to_loopback=True)).result is Result.DELIVERED
        assert proxy.requests == []
        assert "authorization" not in receiver.requests[0].headers


async def test_cookies_of_a_receiver_are_not_sent_back(receiver: Receiver) -> None:
    receiver.behave = answering("200 OK", Set_Cookie="session=1")
    async with Poster(tls(), to_loopback=True) as poster:
        for _ in range(2):
            await poster.post(receiver.url, b"{}", {})
    assert all("cookie" not in each.headers for each in receiver.requests)


async def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    certificate, server_side = certificate_for("hooks.localhost", tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with receiving(ssl=server_side) as receiver:
        good = f"https://hooks.localhost:{receiver.port}/"
        assert (await post(good, "127.0.0.1", to_loopback=True, context=trusting)).result is Result.DELIVERED
        other = f"https://other.localhost:{receiver.port}/"
        refused = await post(other, "127.0.0.1", to_loopback=True, context=trusting)
        assert refused.result is Result.NO_RESPONSE
        assert "certificate" in (refused.error or "").lower()
        unknown = await post(good, "127.0.0.1", to_loopback=True)
        assert unknown.result is Result.NO_RESPONSE
        assert len(receiver.requests) == 1


def certificate_for(name: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


async def test_a_name_server_that_hangs_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: Any) -> list[IpAddress]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.05)
    async with Poster(tls(), to_loopback=False, resolve=resolve) as poster:
        answer = await poster.post("https://hooks.example/", b"{}", {})
    assert answer.result is Result.NO_RESPONSE
