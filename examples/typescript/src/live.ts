/** Live events in Apollo's cache, over server-sent events, without a gap when the connection is lost. */

import { type ApolloClient, ApolloLink, Observable } from "@apollo/client";
import { print } from "graphql";
import { createClient } from "graphql-sse";

import { LiveEventsDocument } from "./generated/graphql.js";

/** The link for subscriptions. `graphql-ws` has the same method, so GraphQL over WebSocket takes the same lines. */
export function liveLink(url: string, token: string): ApolloLink {
  const client = createClient({
    url,
    fetchFn: (...request: Parameters<typeof fetch>) => fetch(...request),
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0, // follow() connects again, from the last event
  });
  return new ApolloLink(
    ({ operationName, query, variables }) =>
      new Observable<ApolloLink.Result>((sink) =>
        client.subscribe<Record<string, unknown>>(
          { ...(operationName && { operationName }), query: print(query), variables },
          { next: (result) => sink.next(result as ApolloLink.Result), error: (error) => sink.error(error), complete: () => sink.complete() },
        ),
      ),
  );
}

/**
 * Follows all events after the sequence `after`, until `signal` is aborted. Apollo updates the orders in its cache by
 * itself, so the lists show somebody else's rejection; `on` is called with each sequence, to keep it.
 */
export async function follow(
  client: ApolloClient,
  after: number,
  on: (sequence: number) => void,
  signal: AbortSignal,
  pause = 2000,
): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((ended) => {
      const subscription = client.subscribe({ query: LiveEventsDocument, variables: { after } }).subscribe({
        next: ({ data }) => {
          if (data) on((after = data.events.sequence));
        },
        error: () => ended(),
        complete: ended,
      });
      signal.addEventListener("abort", () => (subscription.unsubscribe(), ended()), { once: true });
    });
    await new Promise((wake) => setTimeout(wake, signal.aborted ? 0 : pause));
  }
}
