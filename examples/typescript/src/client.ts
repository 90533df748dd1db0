/** The Apollo client: its cache, who signs in, and patience with a busy server. */

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";

import possibleTypes from "./generated/possible-types.js";
import { liveLink } from "./live.js";

const TRIES = 5;

export function makeClient(url: string, token: string): ApolloClient {
  const http = new HttpLink({ uri: url, fetch: patientFetch, headers: { authorization: `Bearer ${token}` } });
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      liveLink(url, token),
      http,
    ),
    cache: new InMemoryCache({
      possibleTypes: possibleTypes.possibleTypes,
      // One list for each filter, however many pages of it have been read.
      typePolicies: { Query: { fields: { orders: relayStylePagination(["filter", "sort"]) } } },
    }),
  });
}

/**
 * Asks again when the server says when: Retry-After, with 429 (the allowance is used up), 503 (busy) and 504 (took too
 * long). A command may have been done all the same, so it needs an idempotencyKey.
 */
export async function patientFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  for (let left = TRIES - 1; ; left--) {
    const response = await fetch(input, init);
    const seconds = response.headers.get("retry-after");
    if (left === 0 || seconds === null) return response;
    await response.body?.cancel();
    await new Promise((wake) => setTimeout(wake, Number(seconds) * 1000));
  }
}

/** The code of a failed request, e.g. UNAUTHENTICATED: sign in again. docs/errors.md lists them all. */
export function codeOf(error: unknown): string | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined; // the network, or a proxy in between
  const code = error.errors[0]?.extensions?.["code"];
  return typeof code === "string" ? code : undefined;
}
