/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Progress of an order's delivery. */
export type DeliveryStatus =
  /** Backlog SKUs exist, to deliver the order in parts. */
  | 'BACKLOG_SKUS_CREATED'
  /** At least one delivery note exists. */
  | 'DELIVERY_NOTE_CREATED'
  /** Neither backlog SKUs nor a delivery note exist. */
  | 'NONE';

/** Kinds of notices. New values may be added: a client must tolerate unknown values. */
export type NoticeCode =
  /** Returned for each address of the buyer that a mail server has refused before. Mails still go to it. */
  | 'ADDRESS_BOUNCED'
  /** Returned if a mail to the brand was requested and the brand has set no address for questions or for replies. Nobody is mailed. */
  | 'BRAND_HAS_NO_ADDRESS'
  /** Returned if a mail was requested and the buyer has no e-mail address. Nobody is mailed. */
  | 'BUYER_HAS_NO_ADDRESS'
  /** Returned if a mail was requested and the buyer is offline. Nobody is mailed. */
  | 'BUYER_IS_OFFLINE';

/** Kinds of events of the audit trail. New values may be added: a client must tolerate unknown values. */
export type OrderEventKind =
  /** “API key {name} created ({scopes})”, as `summary` says it in English. */
  | 'API_KEY_CREATED'
  /** “API key {name} revoked”, as `summary` says it in English. */
  | 'API_KEY_REVOKED'
  /** “API key {name} rotated; the old one is good until {until}”, as `summary` says it in English. */
  | 'API_KEY_ROTATED'
  /** “Backlog SKUs created”, as `summary` says it in English. */
  | 'BACKLOG_SKUS_CREATED'
  /** “Settings changed: {names}”, as `summary` says it in English. */
  | 'BRAND_SETTINGS_UPDATED'
  /** “Buyer {code} created”, as `summary` says it in English. */
  | 'BUYER_CREATED'
  /** “Personal data of buyer {code} erased, with that in its {orders:,} orders and {mails:,} mails”, as `summary` says it in English. */
  | 'BUYER_ERASED'
  /** “Buyer {code} changed: {names}”, as `summary` says it in English. */
  | 'BUYER_UPDATED'
  /** “Delivery note {code} created”, as `summary` says it in English. */
  | 'DELIVERY_NOTE_CREATED'
  /** “Delivery note {code} deleted”, as `summary` says it in English. */
  | 'DELIVERY_NOTE_DELETED'
  /** “Delivery note {code} changed”, as `summary` says it in English. */
  | 'DELIVERY_NOTE_UPDATED'
  /** “External reference {reference} removed”, as `summary` says it in English. */
  | 'EXTERNAL_REFERENCE_REMOVED'
  /** “External reference set to {reference}”, as `summary` says it in English. */
  | 'EXTERNAL_REFERENCE_SET'
  /** “Invoice {code} drafted”, as `summary` says it in English. */
  | 'INVOICE_CREATED'
  /** “Invoice {code} deleted”, as `summary` says it in English. */
  | 'INVOICE_DELETED'
  /** “Invoice {code} issued”, as `summary` says it in English. */
  | 'INVOICE_ISSUED'
  /** “Invoice {code} voided”, as `summary` says it in English. */
  | 'INVOICE_VOIDED'
  /** “No further attempts to send mail “{mail}”: {decision}”, as `summary` says it in English. */
  | 'NOTIFICATION_CANCELLED'
  /** “Failed mail sent again”, as `summary` says it in English. */
  | 'NOTIFICATION_RESENT'
  /** “The buyer approved the order confirmation”, as `summary` says it in English. */
  | 'OC_APPROVED'
  /** “Order confirmation confirmed”, as `summary` says it in English. */
  | 'OC_CONFIRMED'
  /** “Order confirmation created”, as `summary` says it in English. */
  | 'OC_CREATED'
  /** “Order confirmation made editable again”, as `summary` says it in English. */
  | 'OC_MADE_EDITABLE'
  /** “The buyer refused the order confirmation”, as `summary` says it in English. */
  | 'OC_REFUSED'
  /** “Order confirmation updated”, as `summary` says it in English. */
  | 'OC_UPDATED'
  /** “Order archived”, as `summary` says it in English. */
  | 'ORDER_ARCHIVED'
  /** “Assigned to {assignee}”, as `summary` says it in English. */
  | 'ORDER_ASSIGNED'
  /** “Order placed ({source})”, as `summary` says it in English. */
  | 'ORDER_PLACED'
  /** “Order rejected, {notified} (was: {before})”, as `summary` says it in English. */
  | 'ORDER_REJECTED'
  /** “No longer assigned to {assignee}”, as `summary` says it in English. */
  | 'ORDER_UNASSIGNED'
  /** A kind that this release of the server does not know. No filter takes it. */
  | 'OTHER'
  /** “Rejection reason {code} created”, as `summary` says it in English. */
  | 'REJECTION_REASON_CREATED'
  /** “Rejection reason {code} changed: {names}”, as `summary` says it in English. */
  | 'REJECTION_REASON_UPDATED'
  /** “Order sent back to the buyer's cart”, as `summary` says it in English. */
  | 'SENT_BACK_TO_CART'
  /** “SKU {code} changed by the import of {source}: {changes}”, as `summary` says it in English. */
  | 'SKU_UPDATED'
  /** “Tags set to {tags}”, as `summary` says it in English. */
  | 'TAGS_APPLIED'
  /** “Tag {code} created”, as `summary` says it in English. */
  | 'TAG_CREATED'
  /** “Tag {code} deleted (orders that it was taken off: {orders:,})”, as `summary` says it in English. */
  | 'TAG_DELETED'
  /** “Tag {code} changed, now called {name}”, as `summary` says it in English. */
  | 'TAG_UPDATED'
  /** “User {user} signed out”, as `summary` says it in English. */
  | 'USER_SIGNED_OUT'
  /** “Webhook {name} created, to {host}”, as `summary` says it in English. */
  | 'WEBHOOK_CREATED'
  /** “Webhook {name} deleted”, as `summary` says it in English. */
  | 'WEBHOOK_DELETED'
  /** “Webhook {name} paused”, as `summary` says it in English. */
  | 'WEBHOOK_PAUSED'
  /** “Webhook {name} replays the events after {after}”, as `summary` says it in English. */
  | 'WEBHOOK_REPLAYED'
  /** “Webhook {name} resumed”, as `summary` says it in English. */
  | 'WEBHOOK_RESUMED'
  /** “Secret of webhook {name} rotated; the old one signs until {until}”, as `summary` says it in English. */
  | 'WEBHOOK_SECRET_ROTATED'
  /** “Test event for webhook {name}”, as `summary` says it in English. */
  | 'WEBHOOK_TESTED'
  /** “Webhook {name} changed: {names}”, as `summary` says it in English. */
  | 'WEBHOOK_UPDATED';

/** Conditions on orders. All given conditions must hold. An empty list matches nothing. */
export type OrderFilter = {
  /** Orders with (true) or without (false) a member in charge. */
  assigned?: boolean | null | undefined;
  /** Orders that one of these members is in charge of: Member.actorId. */
  assigneeIds?: Array<string> | null | undefined;
  /** Orders of one of these buyers. */
  buyerIds?: Array<string> | null | undefined;
  /** Exactly the orders whose Order.canReject has this value for the viewer. */
  canReject?: boolean | null | undefined;
  /** Orders from one of these catalogs of the brand. */
  catalogIds?: Array<string> | null | undefined;
  /** Orders with one of these delivery statuses. */
  deliveryStatus?: Array<DeliveryStatus> | null | undefined;
  /** Whether to include archived orders. They are left out unless this is true. */
  includeArchived?: boolean | null | undefined;
  /** Orders with (true) or without (false) an invoice that is not void, be it for a part of the order. For a buyer drafts do not count. */
  invoiced?: boolean | null | undefined;
  /** Whether to leave out all orders but archived ones. Default: false. */
  onlyArchived?: boolean | null | undefined;
  /** Orders placed before this instant. */
  placedBefore?: string | null | undefined;
  /** Orders placed at this instant or later. */
  placedFrom?: string | null | undefined;
  /**
   * Orders placed before this instant.
   * @deprecated Use `placedBefore`.
   */
  placedTo?: string | null | undefined;
  /** Orders rejected for one of these reasons: RejectionReason.id. Empty for a buyer. */
  rejectionReasonIds?: Array<string> | null | undefined;
  /** Search words; case, width (full or half), accents and kinds of dashes do not matter. Each word must occur in the order code, the buyer's name, code or one of its e-mail addresses, a model number or a SKU number. At most 200 characters and 10 words. */
  search?: string | null | undefined;
  /** Orders in one of these statuses. */
  status?: Array<OrderStatus> | null | undefined;
  /** Orders with at least one of these tags. */
  tagIds?: Array<string> | null | undefined;
  /** Orders that last changed before this instant: see Order.updatedAt. */
  updatedBefore?: string | null | undefined;
  /** Orders that last changed at this instant or later: see Order.updatedAt. */
  updatedSince?: string | null | undefined;
  /** Orders without any tag (true) or with at least one (false). */
  withoutTag?: boolean | null | undefined;
};

/** Progress of an order, from placed to confirmed. The last three statuses are final. */
export type OrderStatus =
  /** The buyer approved the OC. */
  | 'OC_APPROVED'
  /** The content is fixed; delivery notes and backlog SKUs can be created. */
  | 'OC_CONFIRMED'
  /** The OC is created and can still be changed. */
  | 'OC_CREATED'
  /** Placed; no order confirmation (OC) yet. */
  | 'OC_REQUIRED'
  /** The buyer refused the OC. Not a rejection of the order. */
  | 'OC_UPDATE_REQUIRED'
  /** Rejected, but not by the brand: by a platform operator, or imported as rejected. Final. */
  | 'REJECTED'
  /** Rejected by the brand: by a member, or by a partner app acting for it. Final. */
  | 'REJECTED_BY_BRAND'
  /** Sent back to the buyer's cart. Final for this order. */
  | 'SENT_BACK_TO_CART';

/** Reasons why rejectOrder was refused. Nothing was changed. */
export type RejectOrderErrorCode =
  /** Returned if the body has more than 10,000 characters. */
  | 'BODY_TOO_LONG'
  /** Returned if a body is given but notify is false. */
  | 'BODY_WITHOUT_NOTIFY'
  /** Returned if the key was used for another request, or so long ago (30 days or more) that its answer is no longer kept. Use a new key. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** Returned if an argument is invalid, e.g. has a character that cannot be kept. `field` is its path. */
  | 'INVALID_INPUT'
  /** Returned if the viewer has no order with this id. */
  | 'NOT_FOUND'
  /** Returned if the viewer's role does not permit rejecting orders. */
  | 'NOT_PERMITTED'
  /** Returned if something blocks the rejection, once for each entry of `blockers`. */
  | 'NOT_REJECTABLE'
  /** Returned if the order's brand requires a reason and none is given. */
  | 'REASON_REQUIRED'
  /** Returned if the order is no longer at expectedVersion. Read the order again, and decide on its current content. */
  | 'STALE_ORDER'
  /** Returned if the order's brand has no reason with this code, or has archived it. */
  | 'UNKNOWN_REASON';

/** The order to reject, and the message to its buyer. */
export type RejectOrderInput = {
  /** Message to the buyer, plain text of at most 10,000 characters. If blank, the text from the brand's settings is sent, or else a standard text. Refused if notify is false. rejectionMailPreview shows the mail beforehand. */
  body?: string | null | undefined;
  /** The version (Order.version) of the order that the caller has read. If the order has changed since, the command is refused with STALE_ORDER. Default: no check. */
  expectedVersion?: number | null | undefined;
  /** Makes the command safe to retry: the same request with the same key returns the first answer again and changes nothing. At most 200 characters, remembered for at least 30 days; a refused command is not remembered. Default: each request is a new command. */
  idempotencyKey?: string | null | undefined;
  /** Internal note, plain text of at most 2,000 characters. Never sent to the buyer, and never shown to a buyer's user. */
  note?: string | null | undefined;
  /** Whether to send the buyer an e-mail. No default: the caller decides each time. If the buyer cannot be mailed, the order is rejected all the same, with a warning. */
  notify: boolean;
  /** The order. */
  orderId: string;
  /** Why: the code of one of the brand's rejectionReasons, e.g. OUT_OF_STOCK. Internal: the buyer does not see it, except in the mail if showReason is true. Required if BrandSettings.rejectionReasonRequired is true. */
  reason?: string | null | undefined;
  /** Whether the mail names the reason to the buyer, by its label in the buyer's language. Needs a reason. Default: false. */
  showReason?: boolean | null | undefined;
};

/** Reasons why an order cannot be rejected. New values may be added: a client must tolerate unknown values. */
export type RejectionBlockerCode =
  /** This order has been rejected; a rejection is final. Returned if status is REJECTED or REJECTED_BY_BRAND. */
  | 'ALREADY_REJECTED'
  /** Backlog SKUs have been created from this order. Returned if it has backlog SKUs, even when all of them are delivered. */
  | 'BACKLOG_SKUS_CREATED'
  /** A delivery note exists. Delete it first. Returned if a delivery note references it. */
  | 'DELIVERY_NOTE_EXISTS'
  /** An invoice exists. Void or delete it first. Returned if an invoice references it (a draft counts, a voided one does not). */
  | 'INVOICE_EXISTS'
  /** You are not permitted to do this. */
  | 'NOT_PERMITTED'
  /** This order was sent back to the buyer's cart. Returned if status is SENT_BACK_TO_CART. */
  | 'SENT_BACK_TO_CART'
  /** In bulk, only orders that await an OC or have one created can be rejected. */
  | 'STATUS_NOT_ELIGIBLE_FOR_BULK';

/** Coarse kinds of refusals, the same for every mutation. New values may be added: a client must tolerate unknown values. */
export type UserErrorKind =
  /** Another request has used the idempotencyKey. */
  | 'CONFLICT'
  /** An argument makes no sense. `field` is its path. */
  | 'INVALID'
  /** The viewer has no such object. */
  | 'NOT_FOUND'
  /** The viewer's role does not permit the command. */
  | 'NOT_PERMITTED'
  /** The state of the object does not allow the command now. */
  | 'REFUSED'
  /** The object has changed since the caller read it. */
  | 'STALE';

export type OrderRowFragment = { __typename: 'Order', id: string, code: string, status: OrderStatus, statusLabel: string, version: number, isRejected: boolean, canReject: boolean, placedAt: string, buyer: { __typename: 'Buyer', id: string, name: string }, total: { __typename: 'Money', amount: string, currency: string } } & { ' $fragmentName'?: 'OrderRowFragment' };

type UserErrorText_BulkActionError_Fragment = { __typename: 'BulkActionError', kind: UserErrorKind, message: string, field: Array<string> | null } & { ' $fragmentName'?: 'UserErrorText_BulkActionError_Fragment' };

type UserErrorText_OrderActionError_Fragment = { __typename: 'OrderActionError', kind: UserErrorKind, message: string, field: Array<string> | null } & { ' $fragmentName'?: 'UserErrorText_OrderActionError_Fragment' };

type UserErrorText_RejectOrderError_Fragment = { __typename: 'RejectOrderError', kind: UserErrorKind, message: string, field: Array<string> | null } & { ' $fragmentName'?: 'UserErrorText_RejectOrderError_Fragment' };

type UserErrorText_RejectOrdersError_Fragment = { __typename: 'RejectOrdersError', kind: UserErrorKind, message: string, field: Array<string> | null } & { ' $fragmentName'?: 'UserErrorText_RejectOrdersError_Fragment' };

export type UserErrorTextFragment =
  | UserErrorText_BulkActionError_Fragment
  | UserErrorText_OrderActionError_Fragment
  | UserErrorText_RejectOrderError_Fragment
  | UserErrorText_RejectOrdersError_Fragment
;

type BlockerText_ActionBlocker_Fragment = { __typename: 'ActionBlocker', message: string, documents: Array<{ __typename: 'BlockingDocument', id: string, code: string }> } & { ' $fragmentName'?: 'BlockerText_ActionBlocker_Fragment' };

type BlockerText_RejectionBlocker_Fragment = { __typename: 'RejectionBlocker', message: string, documents: Array<{ __typename: 'BlockingDocument', id: string, code: string }> } & { ' $fragmentName'?: 'BlockerText_RejectionBlocker_Fragment' };

export type BlockerTextFragment =
  | BlockerText_ActionBlocker_Fragment
  | BlockerText_RejectionBlocker_Fragment
;

export type OrderListQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: OrderFilter | null | undefined;
}>;


export type OrderListQuery = { orders: { __typename: 'OrderConnection', edges: Array<{ __typename: 'OrderEdge', cursor: string, node: (
        { __typename: 'Order', id: string }
        & { ' $fragmentRefs'?: { 'OrderRowFragment': OrderRowFragment } }
      ) }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type OrderDetailQueryVariables = Exact<{
  id: string;
}>;


export type OrderDetailQuery = { order: (
    { __typename: 'Order', id: string, rejectionBlockers: Array<(
      { __typename: 'RejectionBlocker', code: RejectionBlockerCode }
      & { ' $fragmentRefs'?: { 'BlockerText_RejectionBlocker_Fragment': BlockerText_RejectionBlocker_Fragment } }
    )>, lines: { __typename: 'OrderLineConnection', nodes: Array<{ __typename: 'OrderLine', id: string, quantity: number, sku: { __typename: 'Sku', id: string, number: string, name: string }, amount: { __typename: 'Money', amount: string, currency: string } }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } }, pdf: { __typename: 'Download', url: string } | null }
    & { ' $fragmentRefs'?: { 'OrderRowFragment': OrderRowFragment } }
  ) | null, rejectionReasons: Array<{ __typename: 'RejectionReason', id: string, code: string, label: string }> };

export type RejectOrderMutationVariables = Exact<{
  input: RejectOrderInput;
}>;


export type RejectOrderMutation = { rejectOrder: { __typename: 'RejectOrderPayload', replayed: boolean, order: (
      { __typename: 'Order', id: string }
      & { ' $fragmentRefs'?: { 'OrderRowFragment': OrderRowFragment } }
    ) | null, blockers: Array<(
      { __typename: 'RejectionBlocker', code: RejectionBlockerCode }
      & { ' $fragmentRefs'?: { 'BlockerText_RejectionBlocker_Fragment': BlockerText_RejectionBlocker_Fragment } }
    )>, notices: Array<{ __typename: 'Notice', code: NoticeCode, message: string }>, userErrors: Array<(
      { __typename: 'RejectOrderError', code: RejectOrderErrorCode }
      & { ' $fragmentRefs'?: { 'UserErrorText_RejectOrderError_Fragment': UserErrorText_RejectOrderError_Fragment } }
    )> } | null };

export type LiveEventsSubscriptionVariables = Exact<{
  after?: number | null | undefined;
}>;


export type LiveEventsSubscription = { events: { __typename: 'Event', sequence: number, kind: OrderEventKind, order: (
      { __typename: 'Order', id: string }
      & { ' $fragmentRefs'?: { 'OrderRowFragment': OrderRowFragment } }
    ) | null } };

export type HeadQueryVariables = Exact<{ [key: string]: never; }>;


export type HeadQuery = { events: { __typename: 'EventPage', headSequence: number } };

export const OrderRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrderRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isRejected"}},{"kind":"Field","name":{"kind":"Name","value":"canReject"}},{"kind":"Field","name":{"kind":"Name","value":"placedAt"}},{"kind":"Field","name":{"kind":"Name","value":"buyer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]} as unknown as DocumentNode<OrderRowFragment, unknown>;
export const UserErrorTextFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserErrorText"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UserErrorTextFragment, unknown>;
export const BlockerTextFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BlockerText"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Blocker"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"documents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]} as unknown as DocumentNode<BlockerTextFragment, unknown>;
export const OrderListDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OrderList"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"OrderFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"orders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrderRow"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrderRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isRejected"}},{"kind":"Field","name":{"kind":"Name","value":"canReject"}},{"kind":"Field","name":{"kind":"Name","value":"placedAt"}},{"kind":"Field","name":{"kind":"Name","value":"buyer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]} as unknown as DocumentNode<OrderListQuery, OrderListQueryVariables>;
export const OrderDetailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OrderDetail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"order"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrderRow"}},{"kind":"Field","name":{"kind":"Name","value":"rejectionBlockers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"BlockerText"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"sku"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amount"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pdf"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"rejectionReasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"label"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrderRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isRejected"}},{"kind":"Field","name":{"kind":"Name","value":"canReject"}},{"kind":"Field","name":{"kind":"Name","value":"placedAt"}},{"kind":"Field","name":{"kind":"Name","value":"buyer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BlockerText"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Blocker"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"documents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]} as unknown as DocumentNode<OrderDetailQuery, OrderDetailQueryVariables>;
export const RejectOrderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RejectOrder"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RejectOrderInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rejectOrder"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"order"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrderRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"blockers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"BlockerText"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notices"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"UserErrorText"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrderRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isRejected"}},{"kind":"Field","name":{"kind":"Name","value":"canReject"}},{"kind":"Field","name":{"kind":"Name","value":"placedAt"}},{"kind":"Field","name":{"kind":"Name","value":"buyer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BlockerText"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Blocker"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"documents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"UserErrorText"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<RejectOrderMutation, RejectOrderMutationVariables>;
export const LiveEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LiveEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"order"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrderRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrderRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusLabel"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isRejected"}},{"kind":"Field","name":{"kind":"Name","value":"canReject"}},{"kind":"Field","name":{"kind":"Name","value":"placedAt"}},{"kind":"Field","name":{"kind":"Name","value":"buyer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]} as unknown as DocumentNode<LiveEventsSubscription, LiveEventsSubscriptionVariables>;
export const HeadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Head"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"headSequence"}}]}}]}}]} as unknown as DocumentNode<HeadQuery, HeadQueryVariables>;