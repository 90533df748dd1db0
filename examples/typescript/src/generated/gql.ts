/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment OrderRow on Order {\n  id\n  code\n  status\n  statusLabel\n  version\n  isRejected\n  canReject\n  placedAt\n  buyer {\n    id\n    name\n  }\n  total {\n    amount\n    currency\n  }\n}\n\nfragment UserErrorText on UserError {\n  kind\n  message\n  field\n}\n\nfragment BlockerText on Blocker {\n  message\n  documents {\n    id\n    code\n  }\n}\n\nquery OrderList($first: Int!, $after: String, $filter: OrderFilter) {\n  orders(first: $first, after: $after, filter: $filter) {\n    edges {\n      cursor\n      node {\n        id\n        ...OrderRow\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery OrderDetail($id: ID!) {\n  order(id: $id) {\n    id\n    ...OrderRow\n    rejectionBlockers {\n      code\n      ...BlockerText\n    }\n    lines(first: 100) {\n      nodes {\n        id\n        quantity\n        sku {\n          id\n          number\n          name\n        }\n        amount {\n          amount\n          currency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    pdf {\n      url\n    }\n  }\n  rejectionReasons {\n    id\n    code\n    label\n  }\n}\n\nmutation RejectOrder($input: RejectOrderInput!) {\n  rejectOrder(input: $input) {\n    order {\n      id\n      ...OrderRow\n    }\n    blockers {\n      code\n      ...BlockerText\n    }\n    notices {\n      code\n      message\n    }\n    replayed\n    userErrors {\n      code\n      ...UserErrorText\n    }\n  }\n}\n\nsubscription LiveEvents($after: Int) {\n  events(after: $after) {\n    sequence\n    kind\n    order {\n      id\n      ...OrderRow\n    }\n  }\n}\n\nquery Head {\n  events(first: 1) {\n    headSequence\n  }\n}": typeof types.OrderRowFragmentDoc,
};
const documents: Documents = {
    "fragment OrderRow on Order {\n  id\n  code\n  status\n  statusLabel\n  version\n  isRejected\n  canReject\n  placedAt\n  buyer {\n    id\n    name\n  }\n  total {\n    amount\n    currency\n  }\n}\n\nfragment UserErrorText on UserError {\n  kind\n  message\n  field\n}\n\nfragment BlockerText on Blocker {\n  message\n  documents {\n    id\n    code\n  }\n}\n\nquery OrderList($first: Int!, $after: String, $filter: OrderFilter) {\n  orders(first: $first, after: $after, filter: $filter) {\n    edges {\n      cursor\n      node {\n        id\n        ...OrderRow\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery OrderDetail($id: ID!) {\n  order(id: $id) {\n    id\n    ...OrderRow\n    rejectionBlockers {\n      code\n      ...BlockerText\n    }\n    lines(first: 100) {\n      nodes {\n        id\n        quantity\n        sku {\n          id\n          number\n          name\n        }\n        amount {\n          amount\n          currency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    pdf {\n      url\n    }\n  }\n  rejectionReasons {\n    id\n    code\n    label\n  }\n}\n\nmutation RejectOrder($input: RejectOrderInput!) {\n  rejectOrder(input: $input) {\n    order {\n      id\n      ...OrderRow\n    }\n    blockers {\n      code\n      ...BlockerText\n    }\n    notices {\n      code\n      message\n    }\n    replayed\n    userErrors {\n      code\n      ...UserErrorText\n    }\n  }\n}\n\nsubscription LiveEvents($after: Int) {\n  events(after: $after) {\n    sequence\n    kind\n    order {\n      id\n      ...OrderRow\n    }\n  }\n}\n\nquery Head {\n  events(first: 1) {\n    headSequence\n  }\n}": types.OrderRowFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment OrderRow on Order {\n  id\n  code\n  status\n  statusLabel\n  version\n  isRejected\n  canReject\n  placedAt\n  buyer {\n    id\n    name\n  }\n  total {\n    amount\n    currency\n  }\n}\n\nfragment UserErrorText on UserError {\n  kind\n  message\n  field\n}\n\nfragment BlockerText on Blocker {\n  message\n  documents {\n    id\n    code\n  }\n}\n\nquery OrderList($first: Int!, $after: String, $filter: OrderFilter) {\n  orders(first: $first, after: $after, filter: $filter) {\n    edges {\n      cursor\n      node {\n        id\n        ...OrderRow\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery OrderDetail($id: ID!) {\n  order(id: $id) {\n    id\n    ...OrderRow\n    rejectionBlockers {\n      code\n      ...BlockerText\n    }\n    lines(first: 100) {\n      nodes {\n        id\n        quantity\n        sku {\n          id\n          number\n          name\n        }\n        amount {\n          amount\n          currency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    pdf {\n      url\n    }\n  }\n  rejectionReasons {\n    id\n    code\n    label\n  }\n}\n\nmutation RejectOrder($input: RejectOrderInput!) {\n  rejectOrder(input: $input) {\n    order {\n      id\n      ...OrderRow\n    }\n    blockers {\n      code\n      ...BlockerText\n    }\n    notices {\n      code\n      message\n    }\n    replayed\n    userErrors {\n      code\n      ...UserErrorText\n    }\n  }\n}\n\nsubscription LiveEvents($after: Int) {\n  events(after: $after) {\n    sequence\n    kind\n    order {\n      id\n      ...OrderRow\n    }\n  }\n}\n\nquery Head {\n  events(first: 1) {\n    headSequence\n  }\n}"): (typeof documents)["fragment OrderRow on Order {\n  id\n  code\n  status\n  statusLabel\n  version\n  isRejected\n  canReject\n  placedAt\n  buyer {\n    id\n    name\n  }\n  total {\n    amount\n    currency\n  }\n}\n\nfragment UserErrorText on UserError {\n  kind\n  message\n  field\n}\n\nfragment BlockerText on Blocker {\n  message\n  documents {\n    id\n    code\n  }\n}\n\nquery OrderList($first: Int!, $after: String, $filter: OrderFilter) {\n  orders(first: $first, after: $after, filter: $filter) {\n    edges {\n      cursor\n      node {\n        id\n        ...OrderRow\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}\n\nquery OrderDetail($id: ID!) {\n  order(id: $id) {\n    id\n    ...OrderRow\n    rejectionBlockers {\n      code\n      ...BlockerText\n    }\n    lines(first: 100) {\n      nodes {\n        id\n        quantity\n        sku {\n          id\n          number\n          name\n        }\n        amount {\n          amount\n          currency\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    pdf {\n      url\n    }\n  }\n  rejectionReasons {\n    id\n    code\n    label\n  }\n}\n\nmutation RejectOrder($input: RejectOrderInput!) {\n  rejectOrder(input: $input) {\n    order {\n      id\n      ...OrderRow\n    }\n    blockers {\n      code\n      ...BlockerText\n    }\n    notices {\n      code\n      message\n    }\n    replayed\n    userErrors {\n      code\n      ...UserErrorText\n    }\n  }\n}\n\nsubscription LiveEvents($after: Int) {\n  events(after: $after) {\n    sequence\n    kind\n    order {\n      id\n      ...OrderRow\n    }\n  }\n}\n\nquery Head {\n  events(first: 1) {\n    headSequence\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;