"""The description of the schema, in Markdown: introspection serves it, and schema.graphql begins with it."""

TOUR = """
# Order Management

The orders of wholesale brands: list them, reject (cancel) them, confirm, deliver and invoice them.

## Requests

Send JSON by POST to `/graphql`, with `Authorization: Bearer TOKEN` for people or `X-Merchant-API-Key: KEY` for partner
apps. Where introspection is on, `GET /schema.graphql` is this schema as a file.

## A tour

Start with what the caller may do:

```graphql
query Caller {
  viewer { name kind role brand { code } }
}
```

List orders, and read why some of them cannot be rejected. Page with `after: pageInfo.endCursor`:

```graphql
query Orders($after: String) {
  orders(first: 20, after: $after, filter: {search: "linen"}) {
    nodes { id version code statusLabel canReject rejectionBlockers { code message documents { code } } }
    pageInfo { hasNextPage endCursor }
  }
}
```

See the mail before it is sent, then reject the order. Final: a rejection can never be undone.

```graphql
query Preview($orderId: ID!) {
  rejectionMailPreview(orderId: $orderId) { to subject text notices { code message } }
}

mutation Reject($input: RejectOrderInput!) {
  rejectOrder(input: $input) {
    order { code status }
    blockers { code message }
    notices { code message }
    userErrors { code kind message field }
  }
}
```

Every order has its documents, and a link to each as a file:

```graphql
query Documents($id: ID!) {
  order(id: $id) { pdf { url filename } invoices { code pdf { url } } history(first: 10) { nodes { at summary } } }
}
```

## Conventions

- **Refusals are data.** A refused mutation changes nothing and says why in `userErrors`. Switch over `kind`, which is
  the same for every mutation, or over `code`. Top-level `errors` are for invalid requests and faults.
- **Retries.** Every mutation takes an `idempotencyKey`: a retry with the same key gets the first answer.
- **Concurrent changes.** Give the `version` that was read as `expectedVersion`: a changed order is refused.
- **Enums grow.** A client must tolerate values that it does not know. Nothing else is taken away: what is going to be
  removed is deprecated first.
- **Cost.** Every answer tells its cost in `extensions.cost`. Above the rate limit the answer is 429, with
  `Retry-After`.
""".strip()
