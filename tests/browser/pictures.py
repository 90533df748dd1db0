"""`python -m tests.browser.pictures`: takes the pictures of docs/guides/console.md, from a demo of its own."""

import re
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import INSTALL, WAIT_MILLISECONDS
from tests.support.servers import serving

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides" / "pictures"
COLORS = 128  # enough for flat surfaces, and a third of the size


def main() -> None:
    found = shutil.which("chromium")
    if found is None:
        sys.exit(f"Chromium is missing; install it with: {INSTALL}")
    expect.set_options(timeout=WAIT_MILLISECONDS)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        url = f"sqlite:///{name}/demo.db"
        with (
            serving(url, Path(name), 1, demo=True, ORDERS_DATA_FOLDER=name) as (address,),
            sync_playwright() as playwright,
        ):
            take(playwright.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage"]), address)


def take(browser: Browser, address: str) -> None:
    page = come_in(browser, address, "Admin", "light")
    keep(page, "console-list")
    page.get_by_role("link", name="Details 539859").click()
    expect(page.locator("#h-lines")).to_be_visible()
    keep(page, "console-blocked")
    page = come_in(browser, address, "Admin", "light")
    page.get_by_role("link", name="Details 539762").click()
    expect(page.locator(".stamp")).to_be_visible()
    keep(page, "console-rejected")
    page = come_in(browser, address, "Japanese brand", "dark")
    page.get_by_role("link", name=re.compile("^詳細")).first.click()
    page.get_by_role("button", name="この注文を却下").click()
    page.locator("#reason").select_option("OUT_OF_STOCK")
    page.locator("#message").fill("在庫がなくなりました。申し訳ございません。")
    expect(page.locator("mark")).to_be_visible()
    keep(page, "console-reject-ja")
    page = come_in(browser, address, "Admin", "dark")
    page.goto("/console/analytics")
    expect(page.locator("#h-months")).to_be_visible()
    keep(page, "console-analytics")


def come_in(browser: Browser, address: str, who: str, scheme: Literal["light", "dark"]) -> Page:
    page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.goto("/console")
    page.get_by_role("button", name=re.compile(who)).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator(".top .live")).to_have_text(re.compile("Live|接続中"))
    return page


def keep(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    with Image.open(BytesIO(page.screenshot(animations="disabled"))) as image:
        image.convert("RGB").quantize(COLORS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
