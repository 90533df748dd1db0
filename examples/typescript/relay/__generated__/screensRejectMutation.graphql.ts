/**
 * @generated SignedSource<<3dfe034afeaaf67158333201142371d8>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type OrderStatus = "OC_APPROVED" | "OC_CONFIRMED" | "OC_CREATED" | "OC_REQUIRED" | "OC_UPDATE_REQUIRED" | "REJECTED" | "REJECTED_BY_BRAND" | "SENT_BACK_TO_CART" | "%future added value";
export type RejectOrderErrorCode = "BODY_TOO_LONG" | "BODY_WITHOUT_NOTIFY" | "IDEMPOTENCY_KEY_REUSED" | "INVALID_INPUT" | "NOT_FOUND" | "NOT_PERMITTED" | "NOT_REJECTABLE" | "REASON_REQUIRED" | "STALE_ORDER" | "UNKNOWN_REASON" | "%future added value";
export type RejectionBlockerCode = "ALREADY_REJECTED" | "BACKLOG_SKUS_CREATED" | "DELIVERY_NOTE_EXISTS" | "INVOICE_EXISTS" | "NOT_PERMITTED" | "SENT_BACK_TO_CART" | "STATUS_NOT_ELIGIBLE_FOR_BULK" | "%future added value";
export type UserErrorKind = "CONFLICT" | "INVALID" | "NOT_FOUND" | "NOT_PERMITTED" | "REFUSED" | "STALE" | "%future added value";
export type RejectOrderInput = {
  body?: string | null | undefined;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
  note?: string | null | undefined;
  notify: boolean;
  orderId: string;
  reason?: string | null | undefined;
  showReason?: boolean | null | undefined;
};
export type screensRejectMutation$variables = {
  input: RejectOrderInput;
};
export type screensRejectMutation$data = {
  readonly rejectOrder: {
    readonly order: {
      readonly status: OrderStatus;
      readonly " $fragmentSpreads": FragmentRefs<"screens_detail">;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly code: RejectOrderErrorCode;
      readonly kind: UserErrorKind;
      readonly message: string;
    }>;
  } | null | undefined;
};
export type screensRejectMutation$rawResponse = {
  readonly rejectOrder: {
    readonly order: {
      readonly buyer: {
        readonly id: string;
        readonly name: string;
      };
      readonly canReject: boolean;
      readonly code: string;
      readonly id: string;
      readonly rejectionBlockers: ReadonlyArray<{
        readonly code: RejectionBlockerCode;
        readonly documents: ReadonlyArray<{
          readonly id: string;
          readonly node: {
            readonly __typename: string;
            readonly id: string;
          } | null | undefined;
        }>;
        readonly message: string;
      }>;
      readonly status: OrderStatus;
      readonly statusLabel: string;
      readonly total: {
        readonly amount: string;
        readonly currency: string;
      };
      readonly version: number;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly code: RejectOrderErrorCode;
      readonly kind: UserErrorKind;
      readonly message: string;
    }>;
  } | null | undefined;
};
export type screensRejectMutation = {
  rawResponse: screensRejectMutation$rawResponse;
  response: screensRejectMutation$data;
  variables: screensRejectMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "kind": "Variable",
    "name": "input",
    "variableName": "input"
  }
],
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "status",
  "storageKey": null
},
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "code",
  "storageKey": null
},
v4 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "message",
  "storageKey": null
},
v5 = {
  "alias": null,
  "args": null,
  "concreteType": "RejectOrderError",
  "kind": "LinkedField",
  "name": "userErrors",
  "plural": true,
  "selections": [
    (v3/*:: as any*/),
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "kind",
      "storageKey": null
    },
    (v4/*:: as any*/)
  ],
  "storageKey": null
},
v6 = {
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
    "name": "screensRejectMutation",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "RejectOrderPayload",
        "kind": "LinkedField",
        "name": "rejectOrder",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "Order",
            "kind": "LinkedField",
            "name": "order",
            "plural": false,
            "selections": [
              (v2/*:: as any*/),
              {
                "args": null,
                "kind": "FragmentSpread",
                "name": "screens_detail"
              }
            ],
            "storageKey": null
          },
          (v5/*:: as any*/)
        ],
        "storageKey": null
      }
    ],
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "screensRejectMutation",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "RejectOrderPayload",
        "kind": "LinkedField",
        "name": "rejectOrder",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "Order",
            "kind": "LinkedField",
            "name": "order",
            "plural": false,
            "selections": [
              (v2/*:: as any*/),
              (v3/*:: as any*/),
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
                  (v6/*:: as any*/)
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
                "name": "version",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "concreteType": "RejectionBlocker",
                "kind": "LinkedField",
                "name": "rejectionBlockers",
                "plural": true,
                "selections": [
                  (v3/*:: as any*/),
                  (v4/*:: as any*/),
                  {
                    "alias": null,
                    "args": null,
                    "concreteType": "BlockingDocument",
                    "kind": "LinkedField",
                    "name": "documents",
                    "plural": true,
                    "selections": [
                      {
                        "alias": null,
                        "args": null,
                        "concreteType": null,
                        "kind": "LinkedField",
                        "name": "node",
                        "plural": false,
                        "selections": [
                          (v6/*:: as any*/),
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
                      (v6/*:: as any*/)
                    ],
                    "storageKey": null
                  }
                ],
                "storageKey": null
              },
              (v6/*:: as any*/)
            ],
            "storageKey": null
          },
          (v5/*:: as any*/)
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "656a542707821d56344969f1b6e672ac",
    "id": null,
    "metadata": {},
    "name": "screensRejectMutation",
    "operationKind": "mutation",
    "text": "mutation screensRejectMutation(\n  $input: RejectOrderInput!\n) {\n  rejectOrder(input: $input) {\n    order {\n      status\n      ...screens_detail\n      id\n    }\n    userErrors {\n      code\n      kind\n      message\n    }\n  }\n}\n\nfragment screens_detail on Order {\n  ...screens_row\n  version\n  rejectionBlockers {\n    code\n    message\n    documents {\n      node {\n        id\n        __typename\n      }\n      id\n    }\n  }\n  id\n}\n\nfragment screens_row on Order {\n  code\n  statusLabel\n  canReject\n  buyer {\n    name\n    id\n  }\n  total {\n    amount\n    currency\n  }\n}\n"
  }
};
})();

(node as any).hash = "4861ec08b52960d941cc3dfbeadedb65";

export default node;
