/**
 * @generated SignedSource<<8cece6e3cb76b9e68a472d0b41178066>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type DeliveryStatus = "BACKLOG_SKUS_CREATED" | "DELIVERY_NOTE_CREATED" | "NONE" | "%future added value";
export type OrderStatus = "OC_APPROVED" | "OC_CONFIRMED" | "OC_CREATED" | "OC_REQUIRED" | "OC_UPDATE_REQUIRED" | "REJECTED" | "REJECTED_BY_BRAND" | "SENT_BACK_TO_CART" | "%future added value";
export type OrderFilter = {
  assigned?: boolean | null | undefined;
  assigneeIds?: ReadonlyArray<string> | null | undefined;
  buyerIds?: ReadonlyArray<string> | null | undefined;
  canReject?: boolean | null | undefined;
  catalogIds?: ReadonlyArray<string> | null | undefined;
  deliveryStatus?: ReadonlyArray<DeliveryStatus> | null | undefined;
  includeArchived?: boolean | null | undefined;
  invoiced?: boolean | null | undefined;
  onlyArchived?: boolean | null | undefined;
  placedBefore?: string | null | undefined;
  placedFrom?: string | null | undefined;
  placedTo?: string | null | undefined;
  rejectionReasonIds?: ReadonlyArray<string> | null | undefined;
  search?: string | null | undefined;
  status?: ReadonlyArray<OrderStatus> | null | undefined;
  tagIds?: ReadonlyArray<string> | null | undefined;
  updatedBefore?: string | null | undefined;
  updatedSince?: string | null | undefined;
  withoutTag?: boolean | null | undefined;
};
export type screensMoreOrdersQuery$variables = {
  count?: number | null | undefined;
  cursor?: string | null | undefined;
  filter?: OrderFilter | null | undefined;
};
export type screensMoreOrdersQuery$data = {
  readonly " $fragmentSpreads": FragmentRefs<"screens_orders">;
};
export type screensMoreOrdersQuery = {
  response: screensMoreOrdersQuery$data;
  variables: screensMoreOrdersQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": 20,
    "kind": "LocalArgument",
    "name": "count"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "cursor"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "filter"
  }
],
v1 = {
  "kind": "Variable",
  "name": "filter",
  "variableName": "filter"
},
v2 = [
  {
    "kind": "Variable",
    "name": "after",
    "variableName": "cursor"
  },
  (v1/*:: as any*/),
  {
    "kind": "Variable",
    "name": "first",
    "variableName": "count"
  }
],
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "screensMoreOrdersQuery",
    "selections": [
      {
        "args": [
          {
            "kind": "Variable",
            "name": "count",
            "variableName": "count"
          },
          {
            "kind": "Variable",
            "name": "cursor",
            "variableName": "cursor"
          },
          (v1/*:: as any*/)
        ],
        "kind": "FragmentSpread",
        "name": "screens_orders"
      }
    ],
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "screensMoreOrdersQuery",
    "selections": [
      {
        "alias": null,
        "args": (v2/*:: as any*/),
        "concreteType": "OrderConnection",
        "kind": "LinkedField",
        "name": "orders",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "OrderEdge",
            "kind": "LinkedField",
            "name": "edges",
            "plural": true,
            "selections": [
              {
                "alias": null,
                "args": null,
                "concreteType": "Order",
                "kind": "LinkedField",
                "name": "node",
                "plural": false,
                "selections": [
                  (v3/*:: as any*/),
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "code",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "statusLabel",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "canReject",
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "concreteType": "Buyer",
                    "kind": "LinkedField",
                    "name": "buyer",
                    "plural": false,
                    "selections": [
                      {
                        "alias": null,
                        "args": null,
                        "kind": "ScalarField",
                        "name": "name",
                        "storageKey": null
                      },
                      (v3/*:: as any*/)
                    ],
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "concreteType": "Money",
                    "kind": "LinkedField",
                    "name": "total",
                    "plural": false,
                    "selections": [
                      {
                        "alias": null,
                        "args": null,
                        "kind": "ScalarField",
                        "name": "amount",
                        "storageKey": null
                      },
                      {
                        "alias": null,
                        "args": null,
                        "kind": "ScalarField",
                        "name": "currency",
                        "storageKey": null
                      }
                    ],
                    "storageKey": null
                  },
                  {
                    "alias": null,
                    "args": null,
                    "kind": "ScalarField",
                    "name": "__typename",
                    "storageKey": null
                  }
                ],
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "cursor",
                "storageKey": null
              }
            ],
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "PageInfo",
            "kind": "LinkedField",
            "name": "pageInfo",
            "plural": false,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "endCursor",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "hasNextPage",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": (v2/*:: as any*/),
        "filters": [
          "filter"
        ],
        "handle": "connection",
        "key": "screens_orders",
        "kind": "LinkedHandle",
        "name": "orders"
      }
    ]
  },
  "params": {
    "cacheID": "3572a84f5cd8e167ebfb8163f6e07b0a",
    "id": null,
    "metadata": {},
    "name": "screensMoreOrdersQuery",
    "operationKind": "query",
    "text": "query screensMoreOrdersQuery(\n  $count: Int = 20\n  $cursor: String\n  $filter: OrderFilter\n) {\n  ...screens_orders_3KQYpM\n}\n\nfragment screens_orders_3KQYpM on Query {\n  orders(first: $count, after: $cursor, filter: $filter) {\n    edges {\n      node {\n        id\n        ...screens_row\n        __typename\n      }\n      cursor\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nfragment screens_row on Order {\n  code\n  statusLabel\n  canReject\n  buyer {\n    name\n    id\n  }\n  total {\n    amount\n    currency\n  }\n}\n"
  }
};
})();

(node as any).hash = "f57c6a67c3d9739a2001cf80fd12ca4d";

export default node;
