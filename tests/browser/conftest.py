"""The demo, in a real Chromium: Debian's, driven by Playwright.

Without Chromium these tests are skipped, except in CI. Fixtures are of a module, as no asyncio test can run in a thread
while Playwright is open there.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.support.servers import serving

INSTALL = "apt-get install --no-install-recommends chromium"
WAIT_MILLISECONDS = 120_000  # a slow machine may need long, the more so for a document: what draws it is nice
PATIENT = "import graph.http.admission\ngraph.http.admission.MAX_WAIT_SECONDS = 60"
expect.set_options(timeout=WAIT_MILLISECONDS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        reason = f"Chromium is missing; install it with: {INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Containers often have a small /dev/shm.
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo of its own."""
    with serving_demo(tmp_path_factory.mktemp("demo")) as address:
        yield address


@contextmanager
def serving_demo(folder: Path, **settings: str) -> Iterator[str]:
    """Its address. Its requests may take as long as a slow machine needs."""
    settings |= {"ORDERS_DATA_FOLDER": str(folder), "ORDERS_REQUEST_TIMEOUT": "90"}
    with serving(f"sqlite:///{folder}/demo.db", folder, 1, change=PATIENT, demo=True, **settings) as (address,):
        yield address


@pytest.fixture(scope="module")
def window(chromium: Browser, demo: str) -> Iterator[BrowserContext]:
    """For all tests of a module, as it remembers the files of the page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=demo)
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext, demo: str) -> Iterator[Page]:
    """An empty page of somebody who was never here.

    At the end it may not have written to the console, raised an error or asked another server for anything.
    """
    complaints: list[str] = []

    def check(request: Request) -> None:
        if not request.url.startswith((f"{demo}/", "data:", "blob:")):
            complaints.append(f"a request to {request.url}")

    page = window.new_page()
    page.goto("/health/live")
    page.evaluate("localStorage.clear()")
    page.on("console", lambda message: complaints.append(f"{message.type} in the console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"an error: {error}"))
    page.on("request", check)
    yield page
    page.close()
    assert complaints == []
