/**
 * @generated SignedSource<<3b4306586a9523fef4ea41bc8af946a4>>
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
export type screensOrdersQuery$variables = {
  filter?: OrderFilter | null | undefined;
};
export type screensOrdersQuery$data = {
  readonly " $fragmentSpreads": FragmentRefs<"screens_orders">;
};
export type screensOrdersQuery = {
  response: screensOrdersQuery$data;
  variables: screensOrdersQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
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
  (v1/*:: as any*/),
  {
    "kind": "Literal",
    "name": "first",
    "value": 20
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
    "name": "screensOrdersQuery",
    "selections": [
      {
        "args": [
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
    "name": "screensOrdersQuery",
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
    "cacheID": "cb535c4a413112391dfe902924797f45",
    "id": null,
    "metadata": {},
    "name": "screensOrdersQuery",
    "operationKind": "query",
    "text": "query screensOrdersQuery(\n  $filter: OrderFilter\n) {\n  ...screens_orders_Vt7Yj\n}\n\nfragment screens_orders_Vt7Yj on Query {\n  orders(first: 20, filter: $filter) {\n    edges {\n      node {\n        id\n        ...screens_row\n        __typename\n      }\n      cursor\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n    }\n  }\n}\n\nfragment screens_row on Order {\n  code\n  statusLabel\n  canReject\n  buyer {\n    name\n    id\n  }\n  total {\n    amount\n    currency\n  }\n}\n"
  }
};
})();

(node as any).hash = "654d551a4007337779b9434f927208c9";

export default node;
