/** The list of orders and the page of one of them. */

import type { ApolloClient, ObservableQuery } from "@apollo/client";

import {
  OrderDetailDocument,
  OrderListDocument,
  OrderRowFragmentDoc,
  type OrderDetailQuery,
  type OrderFilter,
  type OrderListQuery,
  type OrderListQueryVariables,
  type OrderRowFragment,
} from "./generated/graphql.js";
import { unmask } from "./generated/index.js";

export type OrderList = ObservableQuery<OrderListQuery, OrderListQueryVariables>;

/** A list that follows the cache: it changes when a page arrives, and when one of its orders does. */
export function watchOrders(client: ApolloClient, filter: OrderFilter, first = 20): OrderList {
  return client.watchQuery({ query: OrderListDocument, variables: { first, filter } });
}

/** Reads the next page, if there is one, and appends it to the list. */
export async function showMore(list: OrderList): Promise<boolean> {
  const page = list.getCurrentResult().data?.orders?.pageInfo;
  if (!page?.hasNextPage) return false;
  await list.fetchMore({ variables: { after: page.endCursor ?? null } });
  return true;
}

export function rowsOf(data: OrderListQuery): readonly OrderRowFragment[] {
  return data.orders.edges.map((edge) => unmask(OrderRowFragmentDoc, edge.node));
}

/** Null if the viewer has no such order. */
export async function readOrder(client: ApolloClient, id: string): Promise<OrderDetailQuery | undefined> {
  const answer = await client.query({ query: OrderDetailDocument, variables: { id }, fetchPolicy: "network-only" });
  return answer.data;
}
