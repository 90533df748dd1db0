/** The example against a live server: OM_URL and OM_TOKEN say which, as ./run clients does. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { codeOf, makeClient } from "../src/client.js";
import { HeadDocument, type OrderRowFragment, OrderRowFragmentDoc } from "../src/generated/graphql.js";
import { unmask } from "../src/generated/index.js";
import { follow } from "../src/live.js";
import { type OrderList, readOrder, rowsOf, showMore, watchOrders } from "../src/orders.js";
import { decide, messagesOf, nextStep, rejectOrder } from "../src/rejection.js";

const url = process.env["OM_URL"] ?? assert.fail("OM_URL is not set");
const token = process.env["OM_TOKEN"] ?? assert.fail("OM_TOKEN is not set");

/** A list, with all that the screen has shown of its first order so far. */
async function shown(client = makeClient(url, token)) {
  const list = watchOrders(client, { canReject: true }, 5);
  const seen: OrderRowFragment[] = [];
  const order = await new Promise<OrderRowFragment>((arrived, failed) => {
    list.subscribe(({ data, dataState, error }) => {
      if (error) failed(error);
      if (dataState !== "complete") return;
      const first = rowsOf(data)[0] ?? assert.fail("the brand has no order that can be rejected");
      seen.push(first);
      arrived(first);
    });
  });
  await new Promise((done) => setImmediate(done)); // Apollo still counts the list as being read
  return { client, list, order, seen };
}

/** Apollo tells a list of a change a moment later. */
async function until(condition: () => boolean): Promise<void> {
  for (let left = 1000; !condition(); left--) {
    if (left === 0) return; // the assertion that follows says what is wrong
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

const rows = (list: OrderList) => {
  const { data, dataState } = list.getCurrentResult();
  return dataState === "complete" ? rowsOf(data) : [];
};

test("the next page is appended to the list", async () => {
  const { list } = await shown();
  assert.equal(rows(list).length, 5);
  assert.equal(await showMore(list), true);
  await until(() => rows(list).length > 5);
  assert.equal(new Set(rows(list).map((order) => order.id)).size, 10);
});

test("an order has its lines, its blockers and the reasons to choose from", async () => {
  const { client, order } = await shown();
  const detail = await readOrder(client, order.id);
  assert.ok(detail?.order && detail.order.lines.nodes.length > 0);
  assert.deepEqual(detail.order.rejectionBlockers, []);
  assert.ok(detail.rejectionReasons.some((reason) => reason.code === "OUT_OF_STOCK"));
  assert.equal(unmask(OrderRowFragmentDoc, detail.order).code, order.code);
  assert.equal((await readOrder(client, order.id.slice(0, -1) + "0"))?.order, null);
});

test("a rejected order changes in the list at once, and again when the server has answered", async () => {
  const { client, order, seen } = await shown();
  const input = decide(order, { notify: true, body: "We are sorry.", reason: "OUT_OF_STOCK" });
  const rejection = await rejectOrder(client, order, input);
  await until(() => seen.length === 3);
  assert.deepEqual(rejection.userErrors, []);
  assert.deepEqual(
    seen.map(({ isRejected, version }) => [isRejected, version - order.version]),
    [[false, 0], [true, 0], [true, 1]],
  );
  assert.equal((await rejectOrder(client, order, input)).replayed, true);
});

test("a refused rejection is taken back in the list, and says what to do", async () => {
  const { client, order, seen } = await shown();
  const stale = await rejectOrder(client, order, { ...decide(order, { notify: false }), expectedVersion: order.version - 1 });
  await until(() => seen.length === 3);
  assert.deepEqual(seen.map((each) => each.isRejected), [false, true, false]);
  assert.deepEqual(stale.userErrors.map((error) => nextStep(error.code)), ["read the order again"]);
  assert.equal(messagesOf(stale).length, 1);
  const unknown = await rejectOrder(client, order, decide(order, { notify: false, reason: "NO_SUCH_REASON" }));
  assert.deepEqual(unknown.userErrors.map((error) => nextStep(error.code)), ["ask for a reason"]);
});

test("an order that cannot be rejected any more names its blockers", async () => {
  const { client, order } = await shown();
  await rejectOrder(client, order, decide(order, { notify: false }));
  const again = await rejectOrder(client, order, { ...decide(order, { notify: false }), expectedVersion: null });
  assert.deepEqual(again.userErrors.map((error) => nextStep(error.code)), ["show the blockers"]);
  assert.deepEqual(again.blockers.map((blocker) => blocker.code), ["ALREADY_REJECTED"]);
});

test("a busy server is asked again when it says", async () => {
  const { client, order } = await shown();
  const real = globalThis.fetch;
  const busy = new Response(null, { status: 503, headers: { "retry-after": "0" } });
  const fetched = mock.method(globalThis, "fetch", real);
  fetched.mock.mockImplementationOnce(() => Promise.resolve(busy));
  const rejection = await rejectOrder(client, order, decide(order, { notify: false }));
  fetched.mock.restore();
  assert.equal(fetched.mock.callCount(), 2);
  assert.deepEqual(rejection.userErrors, []);
});

test("a token that is not valid has a code", async () => {
  const error = await readOrder(makeClient(url, "not-a-token"), "ord_0").catch((error: unknown) => error);
  assert.equal(codeOf(error), "UNAUTHENTICATED");
});

test("somebody else's rejection shows in the list, also after the connection was lost", async () => {
  const here = makeClient(url, token);
  const head = (await here.query({ query: HeadDocument })).data?.events.headSequence ?? assert.fail("no feed");
  const { order, seen, client } = await shown(here);
  const real = globalThis.fetch;
  let lost = 0;
  const fetched = mock.method(globalThis, "fetch", (...[input, init]: Parameters<typeof fetch>) =>
    new Headers(init?.headers).get("accept") === "text/event-stream" && !lost++
      ? Promise.reject(new TypeError("the connection was lost"))
      : real(input, init),
  );
  const stop = new AbortController();
  const sequences: number[] = [];
  const following = follow(client, head, (sequence) => sequences.push(sequence), stop.signal, 10);
  try {
    await rejectOrder(makeClient(url, token), order, decide(order, { notify: false }));
    await until(() => seen.length === 2);
  } finally {
    stop.abort();
    await following;
    fetched.mock.restore();
  }
  assert.ok(lost > 1);
  assert.deepEqual(seen.map((each) => each.isRejected), [false, true]);
  assert.deepEqual(sequences, sequences.map((_, index) => head + 1 + index));
});
