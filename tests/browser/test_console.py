"""The console, as the specification says: Transactions, Order Management, Details, Reject This Order, Reject."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

WORDS = {
    "EN": {
        "user": "Admin",
        "can": "Can be rejected",
        "details": "Details",
        "reject this": "Reject This Order",
        "title": "Reject The Order",
        "reason": "Reason",
        "body": "E-mail body",
        "reject": "Reject",
        "notify": "Notify the buyer by e-mail",
        "stamp": "Rejected",
        "nobody": "Nobody is mailed",
        "none": "No e-mail is sent",
        "archive": "Archive Order",
        "standard": "Use the standard text",
        "read": "Read: Order declined",
    },
    "JA": {
        "user": "Japanese brand",
        "can": "却下できる",
        "details": "詳細",
        "reject this": "この注文を却下",
        "title": "注文を却下",
        "reason": "却下理由",
        "body": "メール本文",
        "reject": "却下する",
        "notify": "バイヤーにメールで通知する",
        "stamp": "却下済",
        "nobody": "メールは誰にも届きません",
        "none": "メールは送信されません",
        "archive": "注文をアーカイブ",
        "standard": "標準文を使う",
        "read": "読む: 注文のお断り",
    },
}
XSS = "<img src=x onerror=alert(1)>\nWe are sorry & so on."

Words = Callable[[str], str]


@pytest.fixture(params=["EN", "JA"])
def said(request: pytest.FixtureRequest) -> Words:
    return lambda key: WORDS[request.param][key]


@pytest.fixture
def console(page: Page, said: Words) -> Page:
    """The list, for the admin of the English brand, or for the Japanese brand."""
    page.evaluate("sessionStorage.clear()")
    page.goto("/console")
    page.get_by_role("button", name=re.compile(said("user"))).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    return page


def rejectable(page: Page, said: Words, *, offline: bool = False) -> None:
    """Opens the first order that can be rejected, of a buyer who is online or offline."""
    page.get_by_role("button", name=said("can")).click()
    expect(page.get_by_role("button", name=said("can"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main [aria-busy=false]")).to_be_visible()
    word = re.compile("Offline|オフライン")
    rows = page.locator("tbody tr").filter(**{"has_text" if offline else "has_not_text": word})  # type: ignore[arg-type]
    rows.first.get_by_role("link", name=re.compile(f"^{said('details')}")).click()
    expect(page.locator("#h-lines")).to_be_visible()


def test_an_order_is_rejected_and_only_archiving_and_tags_remain(console: Page, said: Words) -> None:
    rejectable(console, said)
    code = console.locator("h1").inner_text()
    console.get_by_role("button", name=said("reject this")).click()
    dialog = console.get_by_role("dialog", name=said("title"))
    expect(dialog.get_by_label(said("reason"))).to_be_focused()
    dialog.get_by_label(said("reason")).select_option("OUT_OF_STOCK")
    # The standard text is there to start from, and comes back.
    body = dialog.get_by_label(said("body"))
    expect(body).to_have_value(re.compile(r"\S"))
    standard = body.input_value()
    body.fill("Something else.")
    expect(dialog.locator("mark")).to_have_text("Something else.")
    dialog.get_by_role("button", name=said("standard")).click()
    expect(body).to_have_value(standard)
    body.fill(XSS)
    expect(dialog.locator("mark")).to_contain_text("<img src=x onerror=alert(1)>")
    # A reload loses nothing that was typed.
    console.reload()
    console.get_by_role("button", name=said("reject this")).click()
    expect(dialog.get_by_label(said("body"))).to_have_value(XSS)
    # A double click is one rejection.
    dialog.get_by_role("button", name=said("reject"), exact=True).dblclick()
    expect(console.locator(".stamp")).to_contain_text(said("stamp"))
    assert code.split("\n")[0] in console.locator("h1").inner_text()
    expect(console.get_by_role("button", name=said("reject this"))).to_have_attribute("aria-disabled", "true")
    archive = console.locator("aside").get_by_role("button", name=said("archive"))
    expect(archive).not_to_have_attribute("aria-disabled", "true")
    expect(console.locator(".quote", has_text="onerror=alert(1)").first).to_be_visible()
    console.get_by_role("button", name=said("read")).click()
    expect(console.get_by_role("dialog").locator(".mail")).to_contain_text(XSS.split("\n")[0])
    console.keyboard.press("Escape")
    with console.expect_download() as download:
        console.get_by_role("button", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    for key, start in (("p", b"%PDF-"), ("e", b"PK")):
        with console.expect_download() as download:
            console.keyboard.press(key)
        assert download.value.path().read_bytes().startswith(start)
    archive.click()
    console.get_by_role("dialog").get_by_role("button", name=said("archive")).click()
    expect(archive).to_have_attribute("aria-disabled", "true")


def test_without_the_switch_or_for_an_offline_buyer_nobody_is_mailed(console: Page, said: Words) -> None:
    rejectable(console, said)
    console.get_by_role("button", name=said("reject this")).click()
    switch = console.get_by_role("switch", name=said("notify"))
    expect(switch).to_be_checked()
    switch.click()
    expect(console.get_by_text(said("none"), exact=True)).to_be_visible()
    expect(console.get_by_label(said("body"))).to_have_count(0)
    console.keyboard.press("Escape")
    console.go_back()
    console.go_back()
    rejectable(console, said, offline=True)
    console.get_by_role("button", name=said("reject this")).click()
    expect(console.get_by_role("switch", name=said("notify"))).to_be_disabled()
    expect(console.get_by_text(said("nobody"))).to_be_visible()
    console.get_by_role("dialog").get_by_role("button", name=said("reject"), exact=True).click()
    expect(console.locator(".stamp")).to_be_visible()


def colleague(page: Page, at: str) -> Page:
    """A second window of another member, who sees the order at this address."""
    other = page.context.new_page()
    other.goto("/console")
    other.get_by_role("button", name=re.compile("May write")).click()
    expect(other.locator("tbody tr").first).to_be_visible()
    other.goto(at)
    return other


def reject(page: Page) -> None:
    page.get_by_role("button", name="Reject This Order").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator(".stamp")).to_be_visible()


@pytest.mark.parametrize("said", ["EN"], indirect=True)
def test_somebody_elses_rejection_is_shown_in_an_open_dialog_and_in_the_list(console: Page, said: Words) -> None:
    rejectable(console, said)
    list_ = console.context.new_page()
    list_.goto("/console")
    list_.get_by_role("button", name=re.compile("Admin")).click()
    expect(list_.locator(".top .live")).to_have_text("Live")
    other = colleague(console, console.url)
    console.get_by_role("button", name="Reject This Order").click()
    expect(console.locator(".top .live")).to_have_text("Live")
    reject(other)
    # First, as the message goes away by itself.
    expect(list_.get_by_role("log")).to_contain_text("Will Carter rejected order")
    other.close()
    dialog = console.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("by Will Carter")
    expect(dialog.get_by_role("button", name="Reject", exact=True)).to_have_count(0)
    expect(list_.locator("tr[data-fresh]")).to_contain_text("Order rejected by brand")
    list_.close()


@pytest.mark.parametrize("said", ["EN"], indirect=True)
def test_a_lost_connection_is_said_and_what_was_missed_is_shown(console: Page, said: Words) -> None:
    rejectable(console, said)
    # The browser itself writes failed requests to its console, so this page is left out of that check.
    offline = console.context.new_page()
    offline.goto("/console")
    offline.get_by_role("button", name=re.compile("Admin")).click()
    expect(offline.locator(".top .live")).to_have_text("Live")
    offline.goto(console.url)
    expect(offline.locator(".top .live")).to_have_text("Live")
    offline.route("**/graphql", lambda route: route.abort())
    offline.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(offline.get_by_text("Connection lost, reconnecting…")).to_be_visible()
    other = colleague(console, console.url)
    reject(other)
    other.close()
    expect(offline.locator(".stamp")).to_have_count(0)
    offline.unroute("**/graphql")
    offline.evaluate("window.dispatchEvent(new Event('online'))")
    expect(offline.locator(".stamp")).to_contain_text("Will Carter")
    expect(offline.get_by_role("log")).to_contain_text("Will Carter rejected order")
    expect(offline.locator(".top .live")).to_have_text("Live")
    offline.close()


@pytest.mark.parametrize("said", ["EN"], indirect=True)
def test_many_orders_are_looked_at_before_they_are_rejected(console: Page, said: Words) -> None:
    # With some that cannot be rejected.
    for row in range(20):
        console.locator("tbody input[type=checkbox]").nth(row).check()
    console.get_by_role("button", name="Reject…").click()
    dialog = console.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=re.compile("will be rejected"))).to_be_visible()
    dialog.get_by_label("Reason").select_option("CREDIT")
    dialog.get_by_role("button", name=re.compile(r"^Reject \d+ order")).click()
    expect(dialog.get_by_role("status")).to_contain_text(re.compile(r"\d+ rejected · \d+ skipped"))
    with console.expect_download() as download:
        dialog.get_by_role("button", name="Download the result").click()
    assert download.value.path().read_text("utf-8-sig").startswith("Order Code,Outcome,Why")


@pytest.mark.parametrize("said", ["EN"], indirect=True)
def test_a_session_that_ends_comes_back_to_the_same_place(console: Page, said: Words) -> None:
    rejectable(console, said)
    at = console.url
    token = console.evaluate("sessionStorage.getItem('order-management:session')")
    # The browser itself writes an answer 401 to its console, so this page is left out of that check.
    page = console.context.new_page()
    # Put where no console asks with it before the next page does.
    page.goto("/health/live")
    page.evaluate("sessionStorage.setItem('order-management:session', 'x')")
    page.goto(at)
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    page.get_by_label("Access token or API key").fill(token)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#h-lines")).to_be_visible()
    assert page.url == at
    page.close()


@pytest.mark.parametrize("said", ["EN"], indirect=True)
def test_a_buyer_sees_the_own_orders_in_a_buyers_words(page: Page, said: Words) -> None:
    page.goto("/console")
    page.get_by_role("button", name=re.compile("^Buyer")).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Blocks rejection")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Details")).first.click()
    expect(page.locator("#h-lines")).to_be_visible()
    expect(page.get_by_role("heading", name="History of judgment")).to_have_count(0)
