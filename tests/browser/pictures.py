"""Pictures of ten screens in both languages and both colours, from a demo.

`python -m tests.browser.pictures` takes the five of docs/guides/console.md; with a folder, all forty into it.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import INSTALL, WAIT_MILLISECONDS, serving_demo

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides" / "pictures"
COLORS = 128  # enough for flat surfaces, and a third of the size
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
USERS = {"en": "Admin", "ja": "Japanese brand"}
WORDS = {
    "en": "Thank you for your order. We are sorry: the blue lamps are sold out until March.",
    "ja": "ご注文ありがとうございます。申し訳ございませんが、在庫がなくなりました。",
}
GUIDE = {
    "list-en-light": "console-list",
    "blocked-en-light": "console-blocked",
    "rejected-en-light": "console-rejected",
    "reject-ja-dark": "console-reject-ja",
    "analytics-en-dark": "console-analytics",
}


def main() -> None:
    found = shutil.which("chromium")
    if found is None:
        sys.exit(f"Chromium is missing; install it with: {INSTALL}")
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    (wanted or FOLDER).mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as name,
        serving_demo(Path(name)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage"])
        for picture, png in pictures(browser, address):
            if wanted:
                (wanted / f"{picture}.png").write_bytes(png)
            elif picture in GUIDE:
                with Image.open(BytesIO(png)) as image:
                    small = image.convert("RGB").quantize(COLORS)
                    small.save(FOLDER / f"{GUIDE[picture]}.png", optimize=True)


def pictures(browser: Browser, address: str) -> Iterator[tuple[str, bytes]]:
    """The name and the PNG of each. Raises AssertionError if a page writes to its console or has an error."""
    for language, user in USERS.items():
        complaints: list[str] = []
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.on("console", lambda message: complaints.append(message.text))  # noqa: B023
        page.on("pageerror", lambda error: complaints.append(str(error)))  # noqa: B023
        page.goto("/console")
        page.get_by_role("button", name=re.compile(user)).click()
        expect(page.locator(".top .live")).to_have_text(re.compile("Live|接続中"))
        for screen, show in SCREENS.items():
            show(page, language)
            page.mouse.move(0, 0)
            page.evaluate("document.fonts.ready")
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                yield f"{screen}-{language}-{scheme}", page.screenshot(animations="disabled")
            page.emulate_media(color_scheme="null")
            page.keyboard.press("Escape")
        page.context.close()
        assert complaints == []


def go(page: Page, path: str) -> None:
    """As a link of the console does, without loading the page."""
    page.evaluate("path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path)
    page.evaluate("scrollTo(0, 0)")


def show_list(page: Page, _: str) -> None:
    go(page, "/console")
    expect(page.locator("tbody tr").first).to_be_visible()


def show_order(page: Page, query: str) -> None:
    """The first order of a list."""
    go(page, f"/console?{query}")
    expect(page.locator("main [aria-busy=false]")).to_be_visible()
    go(page, page.locator("tbody .code").first.evaluate("link => new URL(link.href).pathname"))
    expect(page.locator("#h-lines")).to_be_visible()


def show_blocked(page: Page, _: str) -> None:
    show_order(page, "delivery=DELIVERY_NOTE_CREATED")


def show_rejected(page: Page, _: str) -> None:
    show_order(page, "status=REJECTED_BY_BRAND")
    expect(page.locator(".stamp")).to_be_visible()


def show_reject(page: Page, language: str) -> None:
    show_order(page, "can&status=OC_REQUIRED")
    page.keyboard.press("r")
    page.locator("#reason").select_option("OUT_OF_STOCK")
    expect(page.locator("#message")).not_to_be_empty()
    page.locator("#message").fill(WORDS[language])
    expect(page.locator("mark")).to_be_visible()


def show_bulk(page: Page, _: str) -> None:
    show_list(page, _)
    for row in range(8):
        page.locator("tbody input[type=checkbox]").nth(row).check()
    page.locator(".bar .danger").click()
    expect(page.locator("dialog .pane h3").first).to_be_visible()


def screen(name: str) -> Callable[[Page, str], None]:
    def show(page: Page, _: str) -> None:
        go(page, f"/console/{name}")
        expect(page.locator(f".top a[aria-current][href$='/console/{name}']")).to_be_attached()
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)

    return show


def show_letterhead(page: Page, _: str) -> None:
    screen("settings")(page, _)
    page.locator("[aria-labelledby=h-letterhead] header button").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()


SCREENS: dict[str, Callable[[Page, str], None]] = {
    "list": show_list,
    "blocked": show_blocked,
    "rejected": show_rejected,
    "reject": show_reject,
    "bulk": show_bulk,
    "history": screen("history"),
    "buyers": screen("buyers"),
    "analytics": screen("analytics"),
    "settings": screen("settings"),
    "letterhead": show_letterhead,
}

if __name__ == "__main__":
    main()
