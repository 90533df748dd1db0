/** Rejecting an order: the list shows it at once, and takes it back if the server refuses. */

import type { ApolloClient } from "@apollo/client";

import {
  OrderRowFragmentDoc,
  RejectOrderDocument,
  UserErrorTextFragmentDoc,
  type OrderRowFragment,
  type RejectOrderErrorCode,
  type RejectOrderInput,
  type RejectOrderMutation,
} from "./generated/graphql.js";
import { makeFragmentData, unmask } from "./generated/index.js";

export type Rejection = NonNullable<RejectOrderMutation["rejectOrder"]>;

/** What the dialog is filled in with. Made once for each decision, so that all tries of it have the same key. */
export function decide(order: OrderRowFragment, typed: { notify: boolean; body?: string; reason?: string }) {
  return {
    ...typed,
    orderId: order.id,
    expectedVersion: order.version,
    idempotencyKey: crypto.randomUUID(),
  } satisfies RejectOrderInput;
}

export async function rejectOrder(
  client: ApolloClient,
  order: OrderRowFragment,
  input: RejectOrderInput,
): Promise<Rejection> {
  const rejected: OrderRowFragment = {
    ...order,
    status: "REJECTED_BY_BRAND",
    isRejected: true,
    canReject: false,
  };
  const answer = await client.mutate({
    mutation: RejectOrderDocument,
    variables: { input },
    optimisticResponse: {
      rejectOrder: {
        __typename: "RejectOrderPayload",
        order: { __typename: "Order", id: order.id, ...makeFragmentData(rejected, OrderRowFragmentDoc) },
        blockers: [],
        notices: [],
        replayed: false,
        userErrors: [],
      },
    },
  });
  const rejection = answer.data?.rejectOrder;
  if (!rejection) throw new Error("No answer, and no error either: the server broke its contract.");
  return rejection;
}

export type NextStep =
  | "show the blockers"
  | "read the order again"
  | "ask for a reason"
  | "mark the field"
  | "close the order"
  | "disable the button"
  | "decide again, with a new key"
  | "show the message";

/** A code that this switch lacks does not compile, once the client is generated again. */
export function nextStep(code: RejectOrderErrorCode): NextStep {
  switch (code) {
    case "NOT_REJECTABLE":
      return "show the blockers";
    case "STALE_ORDER":
      return "read the order again";
    case "REASON_REQUIRED":
    case "UNKNOWN_REASON":
      return "ask for a reason";
    case "BODY_TOO_LONG":
    case "BODY_WITHOUT_NOTIFY":
    case "INVALID_INPUT":
      return "mark the field";
    case "NOT_FOUND":
      return "close the order";
    case "NOT_PERMITTED":
      return "disable the button";
    case "IDEMPOTENCY_KEY_REUSED":
      return "decide again, with a new key";
    default:
      return unknown(code);
  }
}

/** A code of a newer server. Every error has a message for people, and a kind that all mutations share. */
function unknown(_code: never): NextStep {
  return "show the message";
}

/** The sentences to show, in the viewer's language. */
export function messagesOf(rejection: Rejection): string[] {
  return rejection.userErrors.map((error) => unmask(UserErrorTextFragmentDoc, error).message);
}
