"""The console's other screens: an order's life, the buyer's side, history, analytics, buyers, settings and keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT_MILLISECONDS

expect.set_options(timeout=WAIT_MILLISECONDS)


@pytest.fixture
def come_in(page: Page) -> Callable[[str], Page]:
    """Signs in as the demo's user of this name; the list is shown."""

    def sign_in(name: str) -> Page:
        page.goto("/console")
        page.evaluate("sessionStorage.clear()")
        page.reload()
        page.get_by_role("button", name=re.compile(name)).click()
        expect(page.locator("tbody tr").first).to_be_visible()
        return page

    return sign_in


def do(page: Page, action: str, button: str = "", **fields: str) -> None:
    """Presses an action of the order, fills in its form, and waits until it is done."""
    page.locator("main").get_by_role("button", name=re.compile(f"^{action}")).first.click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " ")).first.fill(value)
    dialog.get_by_role("button", name=button or action, exact=True).click()
    expect(dialog).to_have_count(0)


def first_of(page: Page, status: str) -> str:
    """Opens the first order of a status that can be rejected, which so has no documents; its code."""
    page.get_by_role("button", name="Can be rejected").click()
    page.get_by_role("button", name=re.compile(f"^{status}")).click()
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
    do(page, "Issue Invoice")
    expect(documents).to_contain_text("Issued")
    do(page, "Void Invoice")
    expect(documents).to_contain_text("Void")
    do(page, "Delete DN", "Delete")
    expect(documents.get_by_text("T-2")).to_have_count(0)
    do(page, "Assign", "Save")
    with page.expect_download() as download:
        documents.get_by_role("button", name=re.compile("^PDF INV")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
