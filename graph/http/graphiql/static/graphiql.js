/* Starts GraphiQL with a tour of ready operations in its tabs and, in the demo, signed in and with orders filled in. */

import { createFetcher } from "./fetcher.js";
import { Header } from "./header.js";
import { link } from "./links.js";
import { storage } from "./storage.js";
import { keep, openFromAddress, OrderIds, restore } from "./tabs.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
const path = meta("public-path");
const users = JSON.parse(meta("demo"));
const header = new Header(users);
const operations = await (await fetch(`${path}/graphiql/operations.json`)).json();
const ids = new OrderIds(operations);
let editors; // GraphiQL's: its tabs and its four editors

const fetcher = createFetcher({ url: `${path}/graphql`, token: () => header.token, onAnswer: followRejection });

/**
 * Ids for the tabs: of an order that can be rejected and of one that has been, of those that the user can see.
 * `isRejectable`: a current order that cannot be rejected gives way to one that can. Without an answer there are none.
 */
async function orderIds({ isRejectable }) {
  const query = `query ($id: ID!, $rejectedId: ID!) {
    current: order(id: $id) { id canReject }
    currentRejected: order(id: $rejectedId) { id }
    open: orders(first: 1, filter: {canReject: true}) { nodes { id } }
    rejected: orders(first: 1, filter: {status: [REJECTED_BY_BRAND, REJECTED]}) { nodes { id } }
    any: orders(first: 1) { nodes { id } }
  }`;
  const { ORDER_ID: id, REJECTED_ORDER_ID: rejectedId } = ids.current;
  const { data } = await fetcher({ query, variables: { id, rejectedId } }).catch(() => ({}));
  if (!data) return {};
  const [open, rejected, any] = [data.open, data.rejected, data.any].map(({ nodes }) => nodes[0]);
  const kept = isRejectable && !data.current?.canReject ? null : data.current;
  const order = kept ?? open ?? data.current ?? any;
  const last = data.currentRejected ?? rejected;
  return { ORDER_ID: order?.id ?? "ORDER_ID", REJECTED_ORDER_ID: last?.id ?? "REJECTED_ORDER_ID" };
}

/** The tabs about a rejected order are about the one that was rejected last. */
function followRejection(request, answer) {
  const payload = answer.data?.rejectOrder;
  if (!payload?.order || payload.userErrors?.length) return;
  const id = payload.order.id ?? request.variables?.input?.orderId;
  if (id) replaceIds({ REJECTED_ORDER_ID: id });
}

function replaceIds(after) {
  const { tabs, activeTabIndex, variableEditor, updateActiveTabValues } = editors;
  const active = tabs[activeTabIndex];
  active.variables = variableEditor.getValue(); // GraphiQL is late by a moment
  // In place: GraphiQL can change the active tab only.
  const changed = ids.replace(tabs, after);
  if (changed.includes(active)) variableEditor.setValue(active.variables);
  updateActiveTabValues({}); // stores them all
}

/** Has no looks. It hands out GraphiQL's editors, and sets what GraphiQL has no property for. */
function Editors() {
  editors = GraphiQL.React.useEditorContext();
  const { queryEditor, variableEditor, responseEditor } = editors;
  for (const editor of [queryEditor, variableEditor])
    React.useEffect(() => editor?.setOption("lineWrapping", true), [editor]);
  React.useEffect(() => void (responseEditor && link(responseEditor)), [responseEditor]);
  const { introspect } = GraphiQL.React.useSchemaStore();
  React.useEffect(() => {
    document.querySelector(".graphiql-tab-active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    header.onSignIn = () => (users.length ? orderIds({ isRejectable: true }).then(replaceIds) : introspect());
  }, []);
  return null;
}

// The explorer has no field for a list or a null, and leaves it alone; but it calls each an error in the console.
const report = console.error;
console.error = (...what) => what[0] === "arg mismatch between arg and selection" || report(...what);

const state = restore(operations);
if (users.length) ids.replace(state.tabs, await orderIds({ isRejectable: false }));
openFromAddress(state);
keep(state);

const { createElement: create } = React;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  create(
    GraphiQL,
    {
      fetcher,
      storage,
      shouldPersistHeaders: false,
      defaultEditorToolsVisibility: "variables",
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    },
    create(Editors),
  ),
);
