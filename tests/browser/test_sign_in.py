"""Signing in to the console by an OpenID Connect provider: a real one from PyPI, in a real browser."""

import base64
import hashlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.conftest import WAIT_MILLISECONDS, serving_demo
from tests.support.ports import free_port
from tests.support.servers import ROOT, environment

CLIENT = "order-management-console"


@dataclass
class Seen:
    """What a page asked the provider for."""

    authorize: dict[str, list[str]] = field(default_factory=dict)
    token: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.support.oidc_provider", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(""), stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/jwks", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def address(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a demo that the provider's users may sign in to."""
    settings = {
        "ORDERS_OIDC_ISSUER": provider,
        "ORDERS_OIDC_AUDIENCE": CLIENT,
        "ORDERS_OIDC_JWKS_URL": f"{provider}/jwks",
        "ORDERS_OIDC_CLIENT_ID": CLIENT,
        "ORDERS_OIDC_AUTHORIZE_URL": f"{provider}/oauth2/authorize?prompt=login",
        "ORDERS_OIDC_TOKEN_URL": f"{provider}/oauth2/token",
    }
    with serving_demo(tmp_path_factory.mktemp("demo"), **settings) as address:
        yield address


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def page(chromium: Browser, address: str, seen: Seen) -> Iterator[Page]:
    """At the end it may not have written to the console or raised an error, but for a token that was refused."""
    context = chromium.new_context(base_url=address, locale="en-GB")
    context.set_default_timeout(WAIT_MILLISECONDS)
    complaints: list[str] = []

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path == "/oauth2/authorize" and request.method == "GET":
            seen.authorize = parse_qs(parts.query)
        elif parts.path == "/oauth2/token":
            seen.token = parse_qs(request.post_data or "")

    page = context.new_page()
    page.on("request", note)

    # The browser itself writes that a token was refused.
    def heard(message: ConsoleMessage) -> None:
        if "401" not in message.text and message.location["url"].startswith(address):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in with localhost").click()
    page.get_by_role("button", name="mina").click()


def test_people_sign_in_and_are_back_where_they_were(page: Page, address: str, provider: str, seen: Seen) -> None:
    page.goto("/console/history?kinds=ORDER_REJECTED")
    sign_in(page)
    expect(page.get_by_text("Mina Sato").first).to_be_visible()
    assert page.url == f"{address}/console/history?kinds=ORDER_REJECTED"
    # PKCE, and nothing of the request is the provider's or another window's to choose.
    [challenge], [verifier] = seen.authorize["code_challenge"], seen.token["code_verifier"]
    assert base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=") == challenge
    assert seen.authorize["code_challenge_method"] == ["S256"]
    assert seen.authorize["prompt"] == ["login"], "the query of the setting"
    assert seen.authorize["redirect_uri"] == seen.token["redirect_uri"] == [f"{address}/console"]
    assert "client_secret" not in seen.token

    # The token is gone, as after its end: the same place after the next sign-in.
    # Put where no console asks with it before the next page does.
    page.goto("/health/live")
    page.evaluate("sessionStorage.setItem('order-management:session', 'ended')")
    page.goto("/console/buyers")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    sign_in(page)
    expect(page.get_by_text("Mina Sato").first).to_be_visible()
    assert page.url == f"{address}/console/buyers"


def test_who_is_refused_reads_why(page: Page, address: str, seen: Seen) -> None:
    page.goto("/console")
    page.get_by_role("button", name="Sign in with localhost").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("Signing in did not work")
    assert page.url == f"{address}/console"
    # A link with somebody else's code would sign people in as somebody else.
    page.goto("/console?code=stolen&state=made-up")
    expect(page.get_by_role("alert")).to_contain_text("not to the question of this window")
    assert page.url == f"{address}/console"
    assert not seen.token
    page.get_by_label("Access token or API key").fill("made-up")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").last).to_contain_text("is not accepted")


def test_the_page_may_ask_the_provider_for_tokens_and_nobody_else(address: str, provider: str) -> None:
    with urllib.request.urlopen(f"{address}/console") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert f"connect-src 'self' {provider};" in policy
    with urllib.request.urlopen(f"{address}/health/live") as answer:
        assert provider not in answer.headers.get("Content-Security-Policy", "")
