"""The console for everybody: with a screen reader, a keyboard, at 200 %, on a phone, without motion, and on paper."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import problems
from tests.browser.conftest import WAIT_MILLISECONDS
from tests.browser.pictures import go, pictures

PHONE = 390
ZOOMED = 640  # the width that 1,280 pixels leave at 200 %
ICONS_OF_DOWNLOADS = ("doc", "sheet")
CLOSE = re.compile("^(Close|閉じる)$")
ORDERS = """rows => rows.map(row => [
  `${row.querySelector('.badge').textContent} ${Boolean(row.querySelector('ul'))}`,
  row.querySelector('.code').textContent, new URL(row.querySelector('.code').href).pathname])"""
NAME_OF = """button => [
  button.closest('section')?.querySelector('h2')?.textContent ?? '', button.textContent.trim(),
  button.querySelector('use')?.getAttribute('href').split('#')[1] ?? '', Boolean(button.closest('form')),
]"""


def sign_in(page: Page, who: str) -> None:
    page.goto("/console?q=5398")
    page.get_by_role("button", name=re.compile(who)).click()
    expect(page.locator("main [aria-busy=false]").or_(page.locator("main .empty"))).to_be_visible()


class Look:
    """Looks at views and at each dialog that they open; collects what is wrong."""

    def __init__(self, page: Page, width: int) -> None:
        self.page, self.width = page, width
        self.wrong: list[str] = []
        self.titles: set[str] = set()

    def at(self, view: str, within: str = "html") -> None:
        found = problems(self.page, within=within, colors=("dark",))
        for narrow in (ZOOMED, PHONE) if within == "html" else ():
            if narrow < self.width:
                self.page.set_viewport_size({"width": narrow, "height": 800})
                if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"the page scrolls sideways at {narrow} px")
        self.page.set_viewport_size({"width": self.width, "height": 800})
        self.wrong += [f"{view}: {each}" for each in found]

    def dialog(self) -> None:
        """The dialog that is opening; closed again."""
        dialog = self.page.locator("dialog[open]")
        title = dialog.locator("h2").first.inner_text()
        self.titles.add(title)
        self.at(title, "dialog[open]")
        dialog.get_by_role("button", name=CLOSE).first.click()
        expect(dialog).to_have_count(0)

    def dialogs(self, seen: set[tuple[str, str]]) -> None:
        """Those of the buttons of this view, besides those that were `seen`."""
        buttons = self.page.locator("main button.btn:not([aria-disabled=true]):not(:disabled):not([popovertarget])")
        for index, (section, text, icon, is_filter) in enumerate(buttons.evaluate_all(f"all => all.map({NAME_OF})")):
            known = (section, re.sub(r"\d+", "", text))
            if known in seen or is_filter or icon in ICONS_OF_DOWNLOADS:
                continue
            seen.add(known)
            buttons.nth(index).click()
            self.dialog()


@pytest.mark.parametrize(("width", "who"), [(1280, "Admin"), (PHONE, "Japanese brand")])
def test_every_screen_and_dialog_is_accessible_in_both_colours(
    chromium: Browser, demo: str, width: int, who: str
) -> None:
    viewport = {"width": width, "height": 800}
    with chromium.new_context(viewport=viewport, base_url=demo, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        look = Look(page, width)
        page.goto("/console")
        expect(page.locator("#token")).to_be_visible()
        look.at("sign-in")
        sign_in(page, who)
        page.goto("/console")
        expect(page.locator("tbody tr").first).to_be_visible()
        # One order of each status, with and without documents; most of them look alike.
        orders = {kind: each for kind, *each in page.locator("tbody tr").evaluate_all(ORDERS)}
        seen: set[tuple[str, str]] = set()
        for index, (kind, (code, address)) in enumerate(orders.items()):
            go(page, address)
            expect(page.locator("h1")).to_contain_text(code)
            if index == 0 or kind.endswith("true") or page.locator(".stamp").count():
                look.at("order")
            look.dialogs(seen)
        for screen in ("history?q=Ada", "buyers?q=124", "analytics", "settings", "keys", "webhooks"):
            go(page, f"/console/{screen}")
            expect(page.locator("#h-lines")).to_have_count(0)
            expect(page.locator("main h1")).to_be_visible()
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            look.at(screen)
            look.dialogs(seen)
        go(page, f"/console?q={code[:4]}")
        for row in range(2):
            page.locator("tbody input[type=checkbox]").nth(row).check()
        look.at("list")
        page.locator(".bar .danger").click()
        expect(page.locator("dialog .pane h3").first).to_be_visible()
        look.dialog()
        for index in range(4):
            page.locator(".bar [popovertarget]").click()
            page.locator("#bulk-more button").nth(index).click()
            expect(page.locator("dialog .pane h3").first).to_be_visible()
            look.dialog()
        page.keyboard.press("?")
        look.dialog()
        assert look.wrong == []
        assert len(look.titles) >= 26, look.titles


def test_pictures_are_made_of_ten_screens_in_both_languages_and_colours(chromium: Browser, demo: str) -> None:
    names = set()
    for name, png in pictures(chromium, demo):
        names.add(name)
        with Image.open(BytesIO(png)) as image:
            assert image.size == (1280, 800)
            colors = image.convert("RGB").getcolors(maxcolors=2**20) or ()
        assert len(colors) > 100, f"{name} is blank"
    assert len(names) == 40


@pytest.fixture
def listed(page: Page) -> Page:
    page.evaluate("sessionStorage.clear()")
    sign_in(page, "Admin")
    return page


def test_keys_go_through_rows_and_screens_but_not_while_somebody_types(listed: Page) -> None:
    page, rows = listed, listed.locator("tbody tr")
    page.keyboard.press("j")
    expect(rows.nth(0).get_by_role("link").first).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(1).get_by_role("link").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("tbody :checked")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("jkx?gr")
    expect(page.get_by_role("searchbox")).to_have_value("5398jkx?gr")
    expect(page.get_by_text("No orders match")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Clear filters").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    # Keys are not for the page behind a dialog.
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name="Buyers")).to_be_visible()
    page.keyboard.press("?")
    dialog.get_by_label("Use single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name="Buyers")).to_be_visible()
    page.get_by_role("button", name="account").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_label("Use single-key shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def test_a_list_is_busy_as_soon_as_something_else_is_asked_for(listed: Page) -> None:
    chip = listed.get_by_role("button", name="Can be rejected")
    # All that is done before the page is painted again.
    busy = """async button => {
      button.click()
      for (let turn = 0; turn < 20; turn += 1) await null
      return document.querySelector('main [aria-busy]').ariaBusy
    }"""
    assert chip.evaluate(busy) == "true"
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(listed.locator("main [aria-busy=false]")).to_be_visible()


def test_what_is_typed_while_a_search_begins_is_kept(listed: Page) -> None:
    box = listed.get_by_role("searchbox")
    box.evaluate("""box => {
      const replace = history.replaceState.bind(history)
      history.replaceState = (...all) => {
        replace(...all)
        history.replaceState = replace
        box.value += '0'
        box.dispatchEvent(new Event('input', {bubbles: true}))
      }
    }""")
    box.fill("53780")
    expect(listed.locator("tbody tr")).to_have_count(1)
    expect(listed.locator("tbody .code")).to_have_text("537800")
    expect(box).to_have_value("537800")


def test_shift_ticks_a_range(listed: Page) -> None:
    page = listed
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("tbody :checked")).to_have_count(4)
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("tbody :checked")).to_have_count(1)
    # One less than all that match leaves the rest of the page.
    page.get_by_role("checkbox", name="page").check()
    page.get_by_role("button", name=re.compile("^Select all")).click()
    boxes.nth(0).click()
    expect(page.locator("tbody :checked")).to_have_count(49)


def test_nothing_moves_for_people_who_want_no_motion(listed: Page) -> None:
    page = listed
    moving = "document.getAnimations().length"
    # The list is never answered, so that its place holders stay.
    page.route("**/graphql", lambda route: None if "OrderRow" in (route.request.post_data or "") else route.continue_())
    page.reload()
    expect(page.locator(".bone").first).to_be_visible()
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function(f"{moving} === 0")
    page.emulate_media(reduced_motion="null")


def test_the_list_on_paper_has_the_orders_and_nothing_to_press(listed: Page) -> None:
    page = listed
    page.locator("tbody input[type=checkbox]").first.check()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(":is(button, input):visible:not(th button), [popover]:visible")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("tbody .code").first).to_be_visible()
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="null")
