/* The tabs, which GraphiQL keeps in the browser's storage, and the ids of orders in their variables. */

const TABS = "graphiql:tabState";
const IDS = "graphiql:orderIds";
const PLACEHOLDER = /\b(REJECTED_)?ORDER_ID\b/;

/** The tabs of the last visit, or else the ready operations: {tabs, activeTabIndex}, as GraphiQL stores them. */
export function restore(operations) {
  const { tabs, activeTabIndex } = stored(TABS) ?? {};
  if (Array.isArray(tabs) && tabs.length && tabs.every((tab) => typeof tab?.title === "string"))
    return { tabs, activeTabIndex: tabs[activeTabIndex] ? activeTabIndex : 0 };
  localStorage.removeItem(IDS);
  return { tabs: operations.map(({ query, variables }) => tab(query, variables)), activeTabIndex: 0 };
}

/** Opens what the address has in ?query=&variables=, and takes it out of the address: a reload opens no second tab. */
export function openFromAddress(state) {
  const parameters = new URLSearchParams(location.search);
  const query = parameters.get("query");
  if (!query) return;
  const variables = parameters.get("variables") ?? "";
  const same = state.tabs.findIndex((each) => each.query === query && (each.variables ?? "") === variables);
  if (same < 0) state.tabs.push(tab(query, variables, parameters.get("operationName")));
  state.activeTabIndex = same < 0 ? state.tabs.length - 1 : same;
  history.replaceState(null, "", location.pathname + location.hash);
}

/** For GraphiQL to read. It finds the active tab by its text, and adds a tab when none has that text. */
export function keep({ tabs, activeTabIndex }) {
  const { query, variables } = tabs[activeTabIndex];
  localStorage.setItem(TABS, JSON.stringify({ tabs, activeTabIndex }));
  for (const [name, text] of Object.entries({ query, variables })) localStorage.setItem(`graphiql:${name}`, text ?? "");
}

/**
 * The ids of orders in the variables of the ready operations. Each of these has ORDER_ID, REJECTED_ORDER_ID or neither
 * in its file; a tab is recognised by the name of its operation.
 */
export class OrderIds {
  #placeholders;
  #ids;

  constructor(operations) {
    this.#placeholders = new Map(
      operations.map(({ query, variables }) => [nameOf(query), PLACEHOLDER.exec(variables)?.[0]]),
    );
    this.#ids = { ORDER_ID: "ORDER_ID", REJECTED_ORDER_ID: "REJECTED_ORDER_ID", ...stored(IDS) };
  }

  /** By placeholder. The placeholder itself as long as there is no id for it. */
  get current() {
    return this.#ids;
  }

  /** Puts other ids into the tabs in place of the current ones; other text stays. Returns the tabs that changed. */
  replace(tabs, ids) {
    const after = { ...this.#ids, ...ids };
    const changed = [];
    for (const tab of tabs) {
      const placeholder = this.#placeholders.get(tab.title);
      if (!placeholder || !tab.variables?.includes(this.#ids[placeholder])) continue;
      tab.variables = tab.variables.replaceAll(this.#ids[placeholder], after[placeholder]);
      changed.push(tab);
    }
    this.#ids = after;
    localStorage.setItem(IDS, JSON.stringify(after));
    return changed;
  }
}

function tab(query, variables, operationName) {
  const name = operationName || nameOf(query);
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  return { id, title: name ?? "<untitled>", query, variables, headers: null, operationName: name, response: null };
}

function nameOf(query) {
  return /^(?!#).*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? null;
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
