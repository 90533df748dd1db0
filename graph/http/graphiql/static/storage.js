/* The browser's storage, for GraphiQL. */

const PREFIX = "graphiql:";
const HISTORY = [`${PREFIX}queries`, `${PREFIX}favorites`];

/** Without the headers that the history would keep there: they may have a token. */
export const storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, HISTORY.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => ours().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ours().length;
  },
};

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === "headers" ? undefined : value));
}

function ours() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}
