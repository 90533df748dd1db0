
      export type PossibleTypesResultData = {
  "possibleTypes": {
    "Blocker": [
      "ActionBlocker",
      "RejectionBlocker"
    ],
    "Node": [
      "ApiKey",
      "BacklogSku",
      "Brand",
      "BrandSettings",
      "Buyer",
      "Cart",
      "Catalog",
      "DeliveryNote",
      "Invoice",
      "Notification",
      "Order",
      "OrderEvent",
      "OrderLine",
      "RejectionReason",
      "Sku",
      "Tag",
      "Viewer",
      "Webhook",
      "WebhookDelivery"
    ],
    "UserError": [
      "BulkActionError",
      "OrderActionError",
      "RejectOrderError",
      "RejectOrdersError"
    ]
  }
};
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "Blocker": [
      "ActionBlocker",
      "RejectionBlocker"
    ],
    "Node": [
      "ApiKey",
      "BacklogSku",
      "Brand",
      "BrandSettings",
      "Buyer",
      "Cart",
      "Catalog",
      "DeliveryNote",
      "Invoice",
      "Notification",
      "Order",
      "OrderEvent",
      "OrderLine",
      "RejectionReason",
      "Sku",
      "Tag",
      "Viewer",
      "Webhook",
      "WebhookDelivery"
    ],
    "UserError": [
      "BulkActionError",
      "OrderActionError",
      "RejectOrderError",
      "RejectOrdersError"
    ]
  }
};
      export default result;
    