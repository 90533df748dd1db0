/**
 * @generated SignedSource<<8e5a02b017e9d56cb89a57693c4140c1>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ReaderFragment } from 'relay-runtime';
export type RejectionBlockerCode = "ALREADY_REJECTED" | "BACKLOG_SKUS_CREATED" | "DELIVERY_NOTE_EXISTS" | "INVOICE_EXISTS" | "NOT_PERMITTED" | "SENT_BACK_TO_CART" | "STATUS_NOT_ELIGIBLE_FOR_BULK" | "%future added value";
import { FragmentRefs } from "relay-runtime";
export type screens_detail$data = {
  readonly id: string;
  readonly rejectionBlockers: ReadonlyArray<{
    readonly code: RejectionBlockerCode;
    readonly documents: ReadonlyArray<{
      readonly node: {
        readonly __typename: string;
        readonly id: string;
      } | null | undefined;
    }>;
    readonly message: string;
  }>;
  readonly version: number;
  readonly " $fragmentSpreads": FragmentRefs<"screens_row">;
  readonly " $fragmentType": "screens_detail";
};
export type screens_detail$key = {
  readonly " $data"?: screens_detail$data;
  readonly " $fragmentSpreads": FragmentRefs<"screens_detail">;
};

import screensDetailQuery_graphql from './screensDetailQuery.graphql';

const node: ReaderFragment = (function(){
var v0 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
};
return {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": {
    "refetch": {
      "connection": null,
      "fragmentPathInResult": [
        "node"
      ],
      "operation": screensDetailQuery_graphql,
      "identifierInfo": {
        "identifierField": "id",
        "identifierQueryVariableName": "id"
      }
    }
  },
  "name": "screens_detail",
  "selections": [
    {
      "args": null,
      "kind": "FragmentSpread",
      "name": "screens_row"
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
          "name": "message",
          "storageKey": null
        },
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
                (v0/*:: as any*/),
                {
                  "alias": null,
                  "args": null,
                  "kind": "ScalarField",
                  "name": "__typename",
                  "storageKey": null
                }
              ],
              "storageKey": null
            }
          ],
          "storageKey": null
        }
      ],
      "storageKey": null
    },
    (v0/*:: as any*/)
  ],
  "type": "Order",
  "abstractKey": null
};
})();

(node as any).hash = "6daa65eff21968eb849cf9179a7bc90a";

export default node;
