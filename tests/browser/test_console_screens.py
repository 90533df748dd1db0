"""The console's other screens: an order's life, the buyer's side, history, analytics, buyers, settings, keys and
webhooks.
"""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.accessibility import problems

LOGO: FilePayload = {
    "name": "logo.svg",
    "mimeType": "image/svg+xml",
    "buffer": b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><rect width="40" height="10"/></svg>',
}


@pytest.fixture
def come_in(page: Page) -> Callable[[str], Page]:
    """Signs in as the demo's user of this name; the list is shown."""

    def sign_in(name: str) -> Page:
        page.goto("/health/live")
        page.evaluate("sessionStorage.clear()")
        page.goto("/console")
        page.get_by_role("button", name=re.compile(name)).click()
        expect(page.locator("tbody tr").first).to_be_visible()
        return page

    return sign_in


def do(page: Page, action: str, button: str = "", *, looked_at: bool = False, **fields: str) -> None:
    """Presses an action of the order, fills in its form, and waits until it is done.

    `looked_at`: the page and the dialog are accessible.
    """
    if looked_at:
        assert problems(page, colors=("dark",)) == []
    page.locator("main").get_by_role("button", name=re.compile(f"^{action}")).first.click()
    dialog = page.get_by_role("dialog")
    if looked_at:
        expect(dialog).to_be_visible()
        assert problems(page, within="dialog[open]", colors=("dark",)) == []
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " ")).first.fill(value)
    dialog.get_by_role("button", name=button or action, exact=True).click()
    expect(dialog).to_have_count(0)


def first_of(page: Page, status: str) -> str:
    """Opens the first order of a status that can be rejected, which so has no documents; its code."""
    page.get_by_role("button", name="Can be rejected").click()
    page.get_by_role("button", name=re.compile(f"^{status}")).click()
    expect(page.get_by_role("button", name=re.compile(f"^{status}"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main [aria-busy=false]")).to_be_visible()
    expect(page.locator("tbody .badge").first).to_contain_text(status)
    row = page.locator("tbody tr").filter(has_not_text="Offline").first
    row.get_by_role("link", name=re.compile("^Details")).click()
    expect(page.locator("#h-lines")).to_be_visible()
    return page.locator("h1").inner_text().split()[1]


def test_an_orders_life_from_the_confirmation_to_a_void_invoice(come_in: Callable[[str], Page]) -> None:
    page = come_in("May write")
    first_of(page, "Please create an OC")
    do(page, "Create OC")
    expect(page.locator("h1")).to_contain_text("OC created")
    do(page, "Update OC", "Save", Quantity="7")
    expect(page.locator("ins").first).to_have_text("7")
    do(page, "Confirm OC")
    expect(page.locator("h1")).to_contain_text("OC confirmed")
    # What is not possible says why and what to do.
    expect(page.get_by_role("button", name="Archive Order")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("Only rejected or returned orders can be archived.")).to_be_visible()
    do(page, "Create Backlog SKUs")
    do(page, "Create Delivery Note", Tracking_number="T-1", Comment_to_the_buyer="<b>Part one</b>")
    documents = page.locator("[aria-labelledby=h-documents]")
    expect(documents).to_contain_text("T-1")
    expect(documents).to_contain_text("<b>Part one</b>")
    do(page, "Edit DN", "Save", Tracking_number="T-2")
    expect(documents).to_contain_text("T-2")
    do(page, "Invoice Delivery Notes", "Create Invoice")
    page.get_by_role("button", name="Issue Invoice").click()
    expect(page.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("switch").click()
    expect(page.get_by_role("dialog").locator(".mail")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Issue Invoice").click()
    expect(documents).to_contain_text("Issued")
    expect(page.locator("[aria-labelledby=h-mails]")).to_contain_text("Invoice issued")
    do(page, "Void Invoice")
    expect(documents).to_contain_text("Void")
    do(page, "Delete DN", "Delete")
    expect(documents.get_by_text("T-2")).to_have_count(0)
    do(page, "Assign", "Save")
    with page.expect_download() as download:
        documents.get_by_role("button", name=re.compile("^PDF INV")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_history_analytics_buyers_settings_and_keys(come_in: Callable[[str], Page]) -> None:
    page = come_in("Admin")
    menu = page.get_by_role("navigation", name="Menu")
    menu.get_by_role("link", name="Buyers").click()
    page.get_by_role("button", name="Create Buyer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Code").fill("NEW-1")
    dialog.get_by_label("Name").fill("<i>Newcomer</i>")
    dialog.get_by_label("E-mail addresses").fill("new@example.com\n\nother@example.com")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_have_count(0)
    page.get_by_role("searchbox").fill("newcomer")
    expect(page.locator("tbody")).to_have_text(re.compile("^NEW-1<i>Newcomer</i>.*new@example.com, other@example.com"))
    page.get_by_role("button", name=re.compile("^Edit")).click()
    dialog.get_by_label("Country").fill("Japan")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("tbody")).to_contain_text("Japan")

    page.get_by_role("button", name=re.compile("^Erase")).click()
    dialog.get_by_label("Type NEW-1 to confirm").fill("NEW")
    dialog.get_by_role("button", name="Erase Buyer").click()
    expect(dialog.locator("[aria-invalid=true]")).to_be_focused()
    dialog.get_by_label("Type NEW-1 to confirm").fill("NEW-1")
    dialog.get_by_role("button", name="Erase Buyer").click()
    expect(page.get_by_role("log")).to_contain_text("Buyer NEW-1 was erased.")

    menu.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Edit Letterhead").click()
    dialog.get_by_label("Colour of the rules").fill("#ffff00")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Colour of the rules")).to_be_focused()
    dialog.get_by_label("Colour of the rules").fill("#224466")
    dialog.get_by_label("Rate in percent").fill("5")
    dialog.get_by_label("Logo", exact=False).first.set_input_files(LOGO)
    dialog.get_by_role("button", name="Save").click()
    letterhead = page.locator("[aria-labelledby=h-letterhead]")
    expect(letterhead).to_contain_text(re.compile("#224466.*Rate in percent5Rounding.*LogoYes", re.DOTALL))
    with page.expect_download() as download:
        letterhead.get_by_role("button", name="Preview in Japanese").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="Edit Brand").click()
    dialog.get_by_label("Time zone").fill("Nowhere/Never")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_attribute("name", "timeZone")
    dialog.get_by_label("Time zone").fill("Europe/Paris")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-labelledby=h-brand]")).to_contain_text("Europe/Paris")
    wordings = page.locator("[aria-labelledby=h-wordings]")
    wordings.get_by_role("button", name="Edit Order declined, EN").click()
    dialog.get_by_label("Subject").fill("About {cod}")
    expect(dialog.get_by_role("status")).to_contain_text("{cod}")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_attribute("name", "subject")
    dialog.get_by_label("Subject").fill("About <b>{code}</b>")
    expect(dialog.locator(".mail dd")).to_have_text(re.compile(r"About <b>\d+</b>"))
    dialog.get_by_role("button", name="Save").click()
    expect(wordings.get_by_role("row", name="Order declined")).to_contain_text("Own, version 1")
    page.get_by_role("button", name="Create Tag").click()
    dialog.get_by_label("Code").fill("fragile")
    dialog.get_by_label("Name").fill("Fragile")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-labelledby=h-tags]")).to_contain_text("Fragile")

    page.get_by_role("link", name="API keys").click()
    page.get_by_role("button", name="Create API Key").click()
    dialog.get_by_label("Name of the app").fill("Warehouse")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_role("heading", name="Copy the key now")).to_be_visible()
    assert problems(page, within="dialog[open]", colors=("dark",)) == []
    assert dialog.get_by_role("textbox").input_value().startswith("omk_")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Revoke Warehouse").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.locator("tr", has_text="Warehouse")).to_have_count(0)

    menu.get_by_role("link", name="History").click()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Warehouse")
    page.get_by_role("button", name="Rejections").click()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Order rejected")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    menu.get_by_role("link", name="Analytics").click()
    expect(page.get_by_role("img", name="Taken and rejected, by month")).to_be_visible()
    expect(page.get_by_role("table", name="Rejections by reason")).to_contain_text("Out of stock")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("table", name="Taken and rejected, by month")).to_contain_text("£")


def test_many_orders_are_confirmed_tagged_and_not_archived(come_in: Callable[[str], Page]) -> None:
    page = come_in("May write")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name=re.compile("^Please create an OC")).click()
    expect(page.get_by_role("button", name="Reject…")).to_have_count(0)

    def tick(count: int) -> None:
        expect(page.locator("main [aria-busy=false]")).to_be_visible()
        for row in range(count):
            page.locator("tbody input[type=checkbox]").nth(row).check()

    def act(action: str, will: str, button: str, did: str) -> None:
        page.get_by_role("button", name="Other actions").click()
        page.get_by_role("button", name=action).click()
        expect(dialog.get_by_role("heading", name=will, exact=True)).to_be_visible()
        if action == "Tags…":
            expect(dialog.get_by_role("button", name=button)).to_have_attribute("aria-disabled", "true")
            dialog.get_by_label("Late").check()
        dialog.get_by_role("button", name=button).click()
        expect(dialog.get_by_role("status")).to_contain_text(did)

    tick(3)
    act("Create OCs…", "3 OCs will be created", "Create the OCs of 3 orders", "3 OCs created · 0 skipped")
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name=re.compile("^OC created")).click()
    page.get_by_role("button", name=re.compile("^Please create an OC")).click()
    expect(page.locator("tbody .badge.run").first).to_be_visible()
    page.goto("/console?status=OC_CREATED&can")
    tick(2)
    act("Confirm…", "2 will be confirmed", "Confirm 2 orders", "2 confirmed · 0 skipped")
    dialog.get_by_role("button", name="Close").last.click()
    page.goto("/console?status=OC_CONFIRMED")
    tick(3)
    act("Tags…", "3 will have these tags changed", "Change the tags of 3 orders", "3 have these tags now · 0 skipped")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download the result").click()
    assert problems(page, within="dialog[open]", colors=("dark",)) == []
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "Order Code,Outcome,Why"
    assert [line.split(",")[1] for line in lines[1:]] == ['"Done"'] * 3
    dialog.get_by_role("button", name="Close").last.click()
    tick(2)
    page.get_by_role("button", name="Other actions").click()
    page.get_by_role("button", name="Archive…").click()
    expect(dialog.get_by_role("heading", name="2 will be skipped")).to_be_visible()
    expect(dialog).to_contain_text("Its status does not allow this.")
    expect(dialog.get_by_role("button", name="Archive 0 orders")).to_have_attribute("aria-disabled", "true")


class Answers(BaseHTTPRequestHandler):
    """Accepts events at /ok only."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"<b>stored</b>" if self.path == "/ok" else b"no such hook"
        self.send_response(200 if self.path == "/ok" else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """The address of a receiver of webhooks."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_webhook_is_created_tested_changed_replayed_and_deleted(
    come_in: Callable[[str], Page], receiver: str
) -> None:
    page = come_in("Admin")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("button", name="Create Webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the receiver").fill("<i>ERP</i>")
    dialog.get_by_label("URL").fill("http://example.com/hooks")
    dialog.get_by_label("INVOICE_VOIDED").check()
    dialog.get_by_role("button", name="Create", exact=True).click()
    # The field is focused, as the form is longer than the window.
    expect(dialog.get_by_label("URL")).to_be_focused()
    dialog.get_by_label("URL").fill(f"{receiver}/gone")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_role("textbox", name="Secret")).to_have_value(re.compile("^whsec_"))
    dialog.get_by_role("button", name="Close").click()
    hook = page.get_by_role("region", name="<i>ERP</i>")
    expect(hook).to_contain_text("Invoice voided")

    do(page, "Send Test Event")
    answers = hook.get_by_role("table")
    expect(answers).to_contain_text(re.compile("Test event.*Failed.*500.*no such hook"))
    do(page, "Edit", "Save", URL=f"{receiver}/ok")
    expect(hook).to_contain_text(f"{receiver}/ok")
    do(page, "Send Test Event")
    expect(answers).to_contain_text(re.compile("Delivered.*200.*<b>stored</b>"))
    assert problems(page) == []

    do(page, "Pause")
    expect(hook).to_contain_text("Paused by an admin.")
    do(page, "Replay", After_event="0")
    expect(hook).to_contain_text("#0")
    do(page, "Resume")
    expect(hook).to_contain_text("Active")
    hook.get_by_role("button", name="Rotate Secret").click()
    dialog.get_by_role("button", name="Rotate Secret").click()
    expect(dialog.get_by_role("textbox", name="Secret")).to_have_value(re.compile("^whsec_"))
    dialog.get_by_role("button", name="Close").click()
    expect(hook).to_contain_text("Old secret signs until")
    do(page, "Delete")
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def test_a_buyer_refuses_and_approves_a_confirmation_and_orders_from_the_cart(come_in: Callable[[str], Page]) -> None:
    page = come_in("May write")
    codes = ("539455", "539334", "538669")
    for code in codes:
        page.goto(f"/console?q={code}")
        page.get_by_role("link", name=f"Details {code}").click()
        if code == codes[2]:
            do(page, "Send Back to Cart")
            break
        page.get_by_role("button", name="Create OC").click()
        page.get_by_label("Ask the buyer to approve it").check()
        page.get_by_role("dialog").get_by_role("button", name="Create OC").click()
        expect(page.locator("h1")).to_contain_text("OC created")

    come_in("^Buyer")
    page.get_by_role("link", name=f"Details {codes[0]}").click()
    do(page, "Refuse OC", looked_at=True, What_should_be_changed="<u>Less</u>, please")
    expect(page.locator("h1")).not_to_contain_text("OC created")
    page.go_back()
    page.get_by_role("link", name=f"Details {codes[1]}").click()
    # Neither the brand's actions nor its reasons are shown.
    expect(page.get_by_role("button", name="Reject This Order")).to_have_count(0)
    do(page, "Approve OC", looked_at=True)
    expect(page.get_by_role("button", name="Approve OC")).to_have_attribute("aria-disabled", "true")

    page.get_by_role("link", name="Carts").click()
    expect(page.get_by_text("Sent back from order")).to_be_visible()
    assert problems(page, colors=("dark",)) == []
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("heading", name="カート", exact=True)).to_be_visible()
    assert problems(page, colors=("dark",)) == []
    page.get_by_role("button", name="English").click()
    page.get_by_label(re.compile("^Quantity")).first.fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("log")).to_contain_text("Saved.")
    page.reload()
    expect(page.get_by_label(re.compile("^Quantity")).first).to_have_value("9")
    page.get_by_role("button", name="Place Order").click()
    expect(page.locator("#h-lines")).to_be_visible()
    expect(page.get_by_text("Replaces")).to_be_visible()


def test_an_order_is_rejected_with_the_keyboard_alone(come_in: Callable[[str], Page]) -> None:
    page = come_in("Admin")

    def press_until(target: str) -> None:
        for _ in range(80):
            if page.evaluate("target => document.activeElement.matches(target)", target):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"Tab does not reach {target}")

    page.keyboard.press("/")
    page.keyboard.type("538000")
    expect(page.locator("tbody tr")).to_have_count(1)
    press_until("td.c-act a")
    page.keyboard.press("Enter")
    expect(page.locator("#h-lines")).to_be_visible()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Out")
    press_until("#message")
    page.keyboard.type("Sorry.")
    press_until("dialog .btn.final")
    page.keyboard.press("Enter")
    expect(page.locator(".stamp")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("[aria-labelledby=h-rejection]")).to_contain_text("Out of stock")
    # In print there are no buttons, but the stamp.
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="PDF")).to_be_hidden()
    expect(page.locator(".stamp")).to_be_visible()
    page.emulate_media(media="screen")


def test_a_session_that_ends_under_an_open_form_keeps_what_was_typed(come_in: Callable[[str], Page]) -> None:
    token = come_in("Admin").evaluate("sessionStorage.getItem('order-management:session')")
    # The browser itself writes an answer 401 to its console, so this page is left out of that check.
    page = come_in("Admin").context.new_page()
    page.goto("/health/live")
    page.evaluate("token => sessionStorage.setItem('order-management:session', token)", token)
    page.goto("/console?q=537800")
    page.get_by_role("link", name="Details 537800").click()
    page.get_by_role("button", name="Create OC").click()
    expect(page.get_by_label("E-mail body")).not_to_be_empty()
    page.get_by_label("E-mail body").fill("Thank you, and see you soon.")
    expect(page.locator("mark")).to_be_visible()
    page.evaluate("sessionStorage.setItem('order-management:session', 'x')")
    page.get_by_role("dialog").get_by_role("button", name="Create OC").click()
    gate = page.get_by_role("dialog", name="Sign in")
    expect(gate.get_by_text("Your session has ended.")).to_be_visible()
    assert problems(page, within=".gate-over", colors=("dark",)) == []
    gate.get_by_label("Access token or API key").fill(token)
    gate.get_by_role("button", name="Sign in", exact=True).click()
    expect(gate).to_have_count(0)
    expect(page.get_by_label("E-mail body")).to_have_value("Thank you, and see you soon.")
    page.get_by_role("dialog").get_by_role("button", name="Create OC").click()
    expect(page.locator("h1")).to_contain_text("OC created")
    page.close()
