/* Starts GraphiQL with the ready operations in its tabs and, in the demo, with a token and an order filled in. */
"use strict";

const path = document.querySelector('meta[name="public-path"]').content;
const token = document.querySelector('meta[name="demo-token"]').content;
const headers = JSON.stringify({ Authorization: `Bearer ${token || "paste a token here: ./run orders token --role admin"}` }, null, 2);

/** Ids of one order that can be rejected and one that has been, for the variables of the tabs; {} when there is no token. */
async function sampleIds() {
  if (!token) return {};
  const query = `{ open: orders(first: 1, filter: {canReject: true}) { nodes { id } }
                   rejected: orders(first: 1, filter: {status: [REJECTED_BY_BRAND, REJECTED]}) { nodes { id } } }`;
  const response = await fetch(`${path}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data } = await response.json();
  return { ORDER_ID: data.open.nodes[0]?.id, REJECTED_ORDER_ID: data.rejected.nodes[0]?.id };
}

async function tabs() {
  const [operations, ids] = await Promise.all([
    fetch(`${path}/graphiql/operations.json`).then((response) => response.json()),
    sampleIds().catch(() => ({})),
  ]);
  return operations.map(({ query, variables }) => ({
    query,
    variables: variables.replace(/\b(REJECTED_)?ORDER_ID\b/g, (name) => ids[name] || name),
    headers,
  }));
}

tabs().then((defaultTabs) => {
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      // The headers here are for the introspection too; those of a tab win over them.
      fetcher: GraphiQL.createFetcher({ url: `${path}/graphql`, headers: token ? JSON.parse(headers) : {} }),
      defaultTabs,
      // GraphiQL leaves the first tab's variables out; on a later visit it brings back what was typed.
      variables: localStorage.getItem("graphiql:tabState") ? undefined : defaultTabs[0].variables,
      defaultHeaders: headers,
      defaultEditorToolsVisibility: "variables",
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    }),
  );
});
