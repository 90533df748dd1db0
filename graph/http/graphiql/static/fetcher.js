/* How GraphiQL sends requests: queries and mutations as JSON, subscriptions by server-sent events. */

const CREDENTIALS = ["authorization", "x-merchant-api-key"];

/**
 * `token`: gives the token to sign in with, or "". Headers that were typed beside the variables win over it.
 * `onAnswer`: is given the request and the answer of each query and mutation.
 */
export function createFetcher({ url, token, onAnswer }) {
  return (request, { headers } = {}) => {
    const sent = { "Content-Type": "application/json", Accept: "application/json", ...headers };
    if (!Object.keys(sent).some((name) => CREDENTIALS.includes(name.toLowerCase()))) {
      if (!token()) return { errors: [{ message: "Paste a token above the tabs, then run this again." }] };
      sent.Authorization = `Bearer ${token()}`;
    }
    const options = { method: "POST", headers: sent, body: JSON.stringify(request) };
    return isSubscription(request) ? subscribe(url, options) : ask(request);

    async function ask() {
      const answer = await read(await fetch(url, options));
      onAnswer(request, answer);
      return answer;
    }
  };
}

function isSubscription({ query, operationName }) {
  let document;
  try {
    document = GraphiQL.GraphQL.parse(query);
  } catch {
    return false; // the server says what is wrong with it
  }
  const operations = document.definitions.filter(({ kind }) => kind === "OperationDefinition");
  return operations.find(({ name }) => !operationName || name?.value === operationName)?.operation === "subscription";
}

async function read(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The server answered with status ${response.status}, and no JSON.` }] };
  }
}

/** GraphQL over SSE, a connection for each subscription. GraphiQL stops it by `return`, also between two events. */
function subscribe(url, options) {
  const controller = new AbortController();
  const answers = listen(url, options, controller.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => answers.next(),
    return() {
      controller.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

async function* listen(url, options, signal) {
  const headers = { ...options.headers, Accept: "text/event-stream" };
  try {
    const response = await fetch(url, { ...options, headers, signal });
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      yield await read(response);
      return;
    }
    for await (const { event, data } of events(response.body)) {
      if (event === "next") yield JSON.parse(data);
      if (event === "complete") return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split(/\r?\n/);
      const of = (field) =>
        lines
          .filter((line) => line.startsWith(`${field}:`))
          .map((line) => line.slice(field.length + 1).replace(/^ /, ""))
          .join("\n");
      yield { event: of("event"), data: of("data") };
    }
  }
}
