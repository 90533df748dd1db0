"""GraphiQL as somebody sees it who opens the demo for the first time, and again later."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, Response, Route

from graph.http.graphiql import graphiql_page

TABS = [
    "Orders", "Order", "MailPreview", "RejectOrder", "Tags", "CreateTag", "ApplyTags", "Downloads", "ArchiveOrder",
    "History", "Listen",
]  # fmt: skip
ANSWER = "document.querySelector('.result-window .CodeMirror')?.CodeMirror"
QUERY = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror"
VARIABLES = "document.querySelector('[aria-label=Variables] .CodeMirror')?.CodeMirror"
STORED = "JSON.parse(localStorage.getItem('graphiql:tabState'))"


@dataclass(frozen=True, slots=True)
class GraphiQL:
    page: Page

    def open(self, address: str = "/graphql") -> "GraphiQL":
        with self.page.expect_response(is_schema):
            self.page.goto(address)
        return self.loaded()

    def reload(self) -> "GraphiQL":
        with self.page.expect_response(is_schema):
            self.page.reload()
        return self.loaded()

    def loaded(self) -> "GraphiQL":
        """Each editor comes by itself."""
        tab = "document.querySelector('.graphiql-tab-active')"
        self.page.wait_for_function(f"() => {QUERY} && {VARIABLES} && {ANSWER} && {tab}")
        return self

    @property
    def tabs(self) -> list[str]:
        return self.page.locator(".graphiql-tab > button:first-child").all_inner_texts()

    @property
    def active(self) -> str:
        return self.page.locator(".graphiql-tab-active > button:first-child").inner_text()

    def to(self, tab: str) -> "GraphiQL":
        self.page.locator(".graphiql-tab > button:first-child", has_text=exactly(tab)).click()
        self.page.wait_for_function(f"() => {STORED}.tabs[{STORED}.activeTabIndex].title === {json.dumps(tab)}")
        return self

    @property
    def query(self) -> str:
        return str(self.page.evaluate(f"{QUERY}.getValue()"))

    @property
    def variables(self) -> Any:
        return json.loads(self.page.evaluate(f"{VARIABLES}.getValue()"))

    @property
    def answer(self) -> str:
        return str(self.page.evaluate(f"{ANSWER}.getValue()"))

    def run(self) -> Any:
        """Presses the button. What was answered is what is shown."""
        with self.page.expect_response(is_answer) as received:
            self.page.locator(".graphiql-execute-button").click()
        answer = received.value.json()
        self.page.wait_for_function(
            f"expected => JSON.stringify(JSON.parse({ANSWER}.getValue() || null)) === expected",
            arg=json.dumps(answer, separators=(",", ":"), ensure_ascii=False),
        )
        return answer["data"]

    def sign_in(self, user: str) -> "GraphiQL":
        """Waits until the tabs have orders of this user."""
        self.page.get_by_label("Signed in as").select_option(user)
        self.page.locator("#user:enabled").wait_for()
        return self

    @property
    def links(self) -> Locator:
        return self.page.locator(".result-window a")


def exactly(text: str) -> Any:
    return re.compile(f"^{re.escape(text)}$")


def is_schema(response: Response) -> bool:
    return response.request.method == "POST" and "IntrospectionQuery" in (response.request.post_data or "")


def is_answer(response: Response) -> bool:
    return response.request.method == "POST" and "IntrospectionQuery" not in (response.request.post_data or "")


@pytest.fixture
def graphiql(page: Page) -> GraphiQL:
    return GraphiQL(page).open()


def test_an_order_is_rejected_once_and_the_next_tabs_follow_it(graphiql: GraphiQL) -> None:
    assert graphiql.page.get_by_text("The tabs are a tour").is_visible()
    assert (graphiql.tabs, graphiql.active, graphiql.answer) == (TABS, "Orders", "")
    orders = graphiql.run()["orders"]["nodes"]
    assert len(orders) == 20

    before = graphiql.to("Downloads").variables["id"]
    order_id = graphiql.to("RejectOrder").variables["input"]["orderId"]
    assert order_id in [order["id"] for order in orders if order["canReject"]]
    payload = graphiql.run()["rejectOrder"]
    assert payload["userErrors"] == []
    assert payload["order"]["rejection"]["reason"]["code"] == "OUT_OF_STOCK"
    (error,) = graphiql.run()["rejectOrder"]["userErrors"]
    assert error["code"] == "NOT_REJECTABLE"

    graphiql.to("Downloads")
    assert graphiql.variables == {"id": order_id} != {"id": before}
    downloads = graphiql.run()
    address = downloads["order"]["pdf"]["url"]
    link = graphiql.links.filter(has_text=address)
    assert link.get_attribute("href") == address
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"
    with graphiql.page.expect_popup(), graphiql.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == downloads["order"]["pdf"]["filename"]
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert graphiql.page.url.endswith("/graphql")

    assert graphiql.to("ArchiveOrder").variables == {"input": {"orderId": order_id}}
    assert graphiql.run()["archiveOrder"]["order"]["isArchived"]


def test_a_reload_brings_back_the_tabs_and_adds_none(graphiql: GraphiQL) -> None:
    assert graphiql.reload().tabs == TABS
    order_id = graphiql.to("Order").variables["id"]
    graphiql.page.locator(".graphiql-query-editor .CodeMirror").click()
    graphiql.page.keyboard.type("# mine\n")
    graphiql.page.wait_for_function(f"() => {STORED}.tabs[1].query.includes('# mine')")
    for _ in range(2):
        assert (graphiql.reload().tabs, graphiql.active, graphiql.variables) == (TABS, "Order", {"id": order_id})
        assert "# mine" in graphiql.query
    graphiql.to("Tags").page.get_by_label("Close Tab").nth(4).click()
    graphiql.page.wait_for_function(f"() => {STORED}.tabs.length === {len(TABS) - 1}")
    assert graphiql.reload().tabs == [tab for tab in TABS if tab != "Tags"]


def test_each_tab_runs_at_the_first_press_and_the_introduction_can_be_hidden(graphiql: GraphiQL) -> None:
    for tab in ("Tags", "CreateTag", "ApplyTags", "History", "Order", "MailPreview"):
        assert graphiql.to(tab).run()
    graphiql.page.get_by_role("button", name="Hide", exact=True).click()
    assert not graphiql.reload().page.get_by_text("The tabs are a tour").is_visible()
    assert graphiql.page.get_by_label("Signed in as").is_visible()


def test_nothing_in_the_editors_is_cut_off_and_the_explorer_is_quiet(graphiql: GraphiQL) -> None:
    graphiql.page.get_by_label("Show GraphiQL Explorer").click()
    graphiql.page.locator(".docExplorerWrap").get_by_text("brandSettings").wait_for()
    for tab in TABS:
        graphiql.to(tab)
        scroll = "[...document.querySelectorAll('.CodeMirror-scroll')].map(e => e.scrollWidth - e.clientWidth)"
        assert max(graphiql.page.evaluate(scroll)) <= 0, tab
    graphiql.page.locator(".graphiql-query-editor .CodeMirror").click()
    graphiql.page.keyboard.press("Control+A")
    graphiql.page.keyboard.insert_text("{ orders(filter: {status: [REJECTED], canReject: null}) { totalCount } }")
    graphiql.page.locator(".docExplorerWrap").get_by_text("canReject:").first.wait_for()
    assert graphiql.run() == {"orders": {"totalCount": 0}}


def test_the_demo_signs_in_as_each_role(graphiql: GraphiQL) -> None:
    users = graphiql.page.get_by_label("Signed in as").locator("option")
    assert [users.nth(number).get_attribute("value") for number in range(users.count())] == [
        "admin", "write", "read", "buyer", "kumo",
    ]  # fmt: skip
    seen = {}
    for user in ("write", "read", "buyer", "kumo"):
        graphiql.sign_in(user).to("RejectOrder")
        seen[user] = graphiql.variables["input"]["orderId"]
        payload = graphiql.run()["rejectOrder"]
        refused = {error["code"] for error in payload["userErrors"]}
        assert ("NOT_PERMITTED" in refused) == bool(refused) == (user in ("read", "buyer"))
        assert graphiql.to("Order").run()["order"]["id"] == seen[user]
    assert seen["kumo"] not in (seen["write"], seen["read"], seen["buyer"])
    assert graphiql.reload().page.get_by_label("Signed in as").input_value() == "kumo"
    assert graphiql.to("Order").run()["order"]["statusLabel"] == "ブランドが注文を却下"


def test_a_query_in_the_address_opens_a_tab_and_does_not_run(page: Page) -> None:
    query, variables = "query Mine($first: Int) { orders(first: $first) { nodes { code } } }", '{"first": 1}'
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    graphiql = GraphiQL(page).open(f"/graphql?{urlencode({'query': query, 'variables': variables})}")
    assert (graphiql.tabs, graphiql.active, graphiql.query) == ([*TABS, "Mine"], "Mine", query)
    assert (graphiql.variables, graphiql.answer) == ({"first": 1}, "")
    assert not any("Mine" in each for each in sent)
    active = page.locator(".graphiql-tab-active").bounding_box()
    assert active
    assert active["x"] + active["width"] <= 1280, "out of sight"
    assert "?" not in page.url
    graphiql.open(f"/graphql?{urlencode({'query': query, 'variables': variables})}")
    assert graphiql.tabs == [*TABS, "Mine"], "it is open already"
    graphiql.open(f"/graphql?{urlencode({'query': '{', 'variables': '{'})}")
    assert (graphiql.tabs, graphiql.query) == ([*TABS, "Mine", "<untitled>"], "{")


def test_only_addresses_are_links(graphiql: GraphiQL) -> None:
    values = [
        "http://127.0.0.1/a?b=%22c\"d\"&e='f'", "https://shop.example/ü", "javascript:alert(1)", "data:text/html,x",
        "see https://shop.example", "https://shop.example is down", "//shop.example", "https://", "ftp://shop.example",
        "https://shop.example/<img src=x>", "HTTPS:javascript",
    ]  # fmt: skip
    graphiql.page.route("**/graphql", lambda route: route.fulfill(json={"data": {"tags": values}}))
    graphiql.to("Tags").run()
    found = [graphiql.links.nth(number) for number in range(graphiql.links.count())]
    assert [link.inner_text() for link in found] == values[:2]


def test_a_subscription_arrives_as_server_sent_events(graphiql: GraphiQL) -> None:
    accepted = []

    def answer(route: Route) -> None:
        accepted.append(route.request.headers["accept"])
        events = [f'event: next\r\ndata: {{"data":\r\ndata: {{"count": {number}}}}}\r\n\r\n' for number in (1, 2)]
        route.fulfill(content_type="text/event-stream", body=":\n\n" + "".join(events) + "event: complete\ndata:\n\n")

    graphiql.page.route("**/graphql", answer)
    graphiql.page.locator(".graphiql-query-editor .CodeMirror").click()
    graphiql.page.keyboard.press("Control+A")
    graphiql.page.keyboard.insert_text("subscription Counts { count }")
    graphiql.page.wait_for_function(f"() => {STORED}.tabs[0].title === 'Counts'")
    graphiql.page.locator(".graphiql-execute-button").click()
    graphiql.page.wait_for_function(f"() => {ANSWER}.getValue().includes('\"count\": 2')")
    graphiql.page.get_by_label("Execute query (Ctrl-Enter)").wait_for()
    assert accepted == ["text/event-stream"]


def test_without_the_demo_a_token_is_pasted_and_kept_nowhere(page: Page) -> None:
    demo = page.request.get("/graphql", headers={"Accept": "text/html"}).text()
    token = re.findall(r"&quot;token&quot;: &quot;([^&]+)&quot;", demo)[0]
    real = graphiql_page()
    page.route(
        "**/graphql",
        lambda route: (
            route.fulfill(body=bytes(real.body), headers=dict(real.headers))
            if route.request.method == "GET"
            else route.continue_()
        ),
    )
    page.goto("/graphql")
    graphiql = GraphiQL(page).loaded()
    page.wait_for_function(f"() => {ANSWER}.getValue().includes('Paste a token')")
    assert not page.get_by_label("Signed in as").is_visible()
    with page.expect_response(is_schema):
        page.get_by_label("Token").fill(token)
        page.get_by_label("Token").press("Enter")
    assert graphiql.run()["orders"]["totalCount"] > 20
    assert graphiql.to("Order").variables == {"id": "ORDER_ID"}
    graphiql.to("Tags").page.get_by_role("button", name="Headers", exact=True).click()
    typed = json.dumps({"authorization": f"Bearer {token}"})
    editor = "[...document.querySelectorAll('[aria-label=Headers] .CodeMirror')].at(-1).CodeMirror"
    page.evaluate(f"typed => {editor}.setValue(typed)", typed)
    with page.expect_request("**/graphql") as request:
        graphiql.run()
    assert request.value.headers["authorization"] == f"Bearer {token}"
    page.wait_for_function("() => localStorage.getItem('graphiql:queries')?.includes('query Tags')")
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert token not in kept


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_we_add_can_be_read_in_light_and_dark(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    graphiql = GraphiQL(page).open()
    graphiql.to("Downloads").run()
    for text, ground in (
        ("header", "body"),
        ("header select", "header select"),
        (".result-window a", ".graphiql-container"),
    ):
        colours = [
            graphiql.page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).{name}")
            for selector, name in ((text, "color"), (ground, "backgroundColor"))
        ]
        bright, dim = sorted(map(luminance, colours), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (text, colours)


def luminance(colour: str) -> float:
    """WCAG's relative luminance of "rgb(r, g, b)"."""
    parts = [int(each) / 255 for each in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
