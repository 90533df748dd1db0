"""Live events in a page, by SSE and by WebSocket, resumed after a cut; and GraphiQL's tab that listens."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import WAIT_MILLISECONDS
from tests.browser.test_graphiql import ANSWER, GraphiQL, is_answer

ORDERS = "{ orders(first: 5, filter: {canReject: true}) { nodes { id code } } }"
REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"
# A page that listens, and connects again with the last sequence. `heard.opened`: connections that were made.
LISTEN = """({ by, token }) => {
  const query = "subscription ($after: Int) { events(after: $after) { sequence kind order { code } } }";
  const heard = (window.heard = { opened: 0, events: [], blocked: 0 });
  document.addEventListener("securitypolicyviolation", () => (heard.blocked += 1));
  const request = () => ({ query, variables: { after: heard.events.at(-1)?.sequence ?? null } });
  const authorization = { Authorization: `Bearer ${token}` };

  async function sse() {
    const headers = { ...authorization, "Content-Type": "application/json", Accept: "text/event-stream" };
    const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request()) });
    if (!response.ok) throw new Error(response.status);
    heard.opened += 1;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\\n\\n");
      text = blocks.pop();
      for (const [, data] of blocks.map((block) => block.match(/^event: next\\ndata: (.*)$/)).filter(Boolean)) {
        heard.events.push(JSON.parse(data).data.events);
      }
    }
  }

  function ws() {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://${location.host}/graphql`, "graphql-transport-ws");
      const send = (message) => socket.send(JSON.stringify(message));
      socket.onopen = () => send({ type: "connection_init", payload: authorization });
      socket.onclose = resolve;
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (type === "connection_ack") {
          send({ type: "subscribe", id: "1", payload: request() });
          send({ type: "ping" }); // the answer comes when the subscription has begun
        }
        if (type === "pong") heard.opened += 1;
        if (type === "next") heard.events.push(payload.data.events);
      };
    });
  }

  (async () => {
    for (;;) {
      await { sse, ws }[by]().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
}"""


class Cable:
    """A TCP proxy whose connections can be cut, all at once. While it is cut, it takes no others."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client = self._listening.accept()[0]
                if self._is_cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._port))
                self._open += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cable(demo: str) -> Iterator[Cable]:
    with closing(Cable(int(demo.rpartition(":")[2]))) as cable:
        yield cable


@pytest.fixture
def console(chromium: Browser, cable: Cable) -> Iterator[Page]:
    """The console, through the cable: its origin, and its Content-Security-Policy."""
    context = chromium.new_context(base_url=cable.address)
    context.set_default_timeout(WAIT_MILLISECONDS)
    page = context.new_page()
    page.goto("/console")
    yield page
    context.close()


@pytest.fixture
def member(demo: str) -> Iterator["Member"]:
    with httpx2.Client(base_url=demo, timeout=60) as http:
        page = http.get("/graphql", headers={"Accept": "text/html"}).text
        token = re.findall(r"&quot;token&quot;: &quot;([^&]+)&quot;", page)[0]
        yield Member(http, token)


class Member:
    """Somebody elsewhere."""

    def __init__(self, http: httpx2.Client, token: str) -> None:
        self._http = http
        self.token = token
        self._orders = self._post(ORDERS)["orders"]["nodes"]

    def reject(self) -> str:
        """The code of the order that was rejected."""
        order = self._orders.pop()
        assert self._post(REJECT, id=order["id"])["rejectOrder"]["userErrors"] == []
        return str(order["code"])

    def _post(self, query: str, **variables: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self._http.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()[
            "data"
        ]


@pytest.mark.parametrize("by", ["sse", "ws"])
def test_a_page_hears_of_a_rejection_elsewhere_and_misses_none_during_a_cut(
    console: Page, cable: Cable, member: Member, by: str
) -> None:
    console.evaluate(LISTEN, {"by": by, "token": member.token})
    console.wait_for_function("() => heard.opened === 1")
    codes = [member.reject()]
    console.wait_for_function("() => heard.events.length === 1")
    cable.cut()
    codes += [member.reject(), member.reject()]
    assert console.evaluate("() => heard.opened") == 1
    cable.mend()
    console.wait_for_function("() => heard.opened === 2")
    codes.append(member.reject())
    console.wait_for_function("() => heard.events.length >= 4")
    events = console.evaluate("() => heard.events")
    assert [(event["kind"], event["order"]["code"]) for event in events] == [("ORDER_REJECTED", each) for each in codes]
    first = events[0]["sequence"]
    assert [event["sequence"] for event in events] == [first, first + 1, first + 2, first + 3]
    assert console.evaluate("() => heard.blocked") == 0


def test_what_is_rejected_in_one_tab_of_graphiql_shows_up_in_another(window: BrowserContext, page: Page) -> None:
    listening = GraphiQL(page).open().to("Listen")
    with page.expect_response(is_answer) as response:
        page.locator(".graphiql-execute-button").click()
    assert response.value.headers["content-type"].startswith("text/event-stream")
    page.get_by_label("Stop query (Ctrl-Enter)").wait_for()

    other = window.new_page()
    rejecting = GraphiQL(other).open().to("RejectOrder")
    payload = rejecting.run()["rejectOrder"]
    assert payload["userErrors"] == []
    other.close()

    page.wait_for_function(f"() => {ANSWER}.getValue().includes('ORDER_REJECTED')")
    event = json.loads(listening.answer)["data"]["events"]
    assert (event["kind"], event["order"]["code"]) == ("ORDER_REJECTED", payload["order"]["code"])
    page.locator(".graphiql-execute-button").click()
    page.get_by_label("Execute query (Ctrl-Enter)").wait_for()
