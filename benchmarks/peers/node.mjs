// The same fields by Node's servers over the same file:
// DATABASE=orders.db BRAND=hex LABELS=json node node.mjs mercurius-jit|mercurius|yoga-jit|yoga|apollo PORT
import http from "node:http";

import Database from "better-sqlite3";

const [engine, port] = [process.argv[2], Number(process.argv[3])];
const database = new Database(process.env.DATABASE);
const brand = process.env.BRAND;
const labels = JSON.parse(process.env.LABELS);

const typeDefs = `
  type Amount { amount: String! }
  type Sku { number: String! name: String! }
  type Blocker { code: String! }
  type Line { id: ID! quantity: Int! unitPrice: Amount! amount: Amount! sku: Sku! }
  type Lines { nodes: [Line!]! }
  type Order {
    id: ID! code: String! status: String! statusLabel: String! isRejected: Boolean! isArchived: Boolean! version: Int!
    placedAt: String! updatedAt: String! totalQuantity: Int! canReject: Boolean! rejectionBlockers: [Blocker!]!
    lines(first: Int!): Lines!
  }
  type Orders { nodes: [Order!]! }
  type Viewer { name: String! }
  type Query { viewer: Viewer! orders(first: Int!): Orders! }`;

const page = database.prepare(`SELECT o.id, o.code, o.status, o.archived_at, o.version, o.placed_at, o.updated_at,
    o.total_quantity,
    EXISTS (SELECT 1 FROM delivery_notes d WHERE d.brand_id = o.brand_id AND d.order_id = o.id),
    EXISTS (SELECT 1 FROM invoiced_orders x JOIN invoices i ON i.brand_id = x.brand_id AND i.id = x.invoice_id
            WHERE x.brand_id = o.brand_id AND x.order_id = o.id AND i.status <> 'VOID'),
    EXISTS (SELECT 1 FROM backlog_skus b WHERE b.brand_id = o.brand_id AND b.order_id = o.id)
    FROM orders o WHERE o.brand_id = ? AND o.archived_at IS NULL
    ORDER BY o.placed_at DESC, o.id DESC LIMIT ?`).raw();
const statements = new Map();

function linesOf(number) {
  if (!statements.has(number)) {
    const marks = Array(number).fill("?").join(",");
    statements.set(number, database.prepare(`SELECT l.order_id, l.id, l.quantity, l.unit_price_minor, l.amount_minor,
        o.currency, s.number, s.name FROM order_lines l
        JOIN orders o ON o.brand_id = l.brand_id AND o.id = l.order_id AND o.official = l.data_set
        JOIN skus s ON s.brand_id = l.brand_id AND s.id = l.sku_id
        WHERE l.brand_id = ? AND l.order_id IN (${marks}) ORDER BY l.order_id, l.position`).raw());
  }
  return statements.get(number);
}

const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const PAIRS = [...LETTERS].flatMap((high) => [...LETTERS].map((low) => high + low));

/** A UUID's 32 hex digits in base32, from the right: 5 digits are 4 letters. */
function toId(prefix, hex) {
  let letters = "";
  for (let end = hex.length; end > 0; end -= 5) {
    const number = parseInt(hex.slice(Math.max(0, end - 5), end), 16);
    letters = PAIRS[(number >> 10) & 1023] + PAIRS[number & 1023] + letters;
  }
  return `${prefix}_${letters.slice(-26)}`;
}

function instant(text) {
  const [whole, micro] = text.replace(" ", "T").split(".");
  return Number(micro) ? `${whole}.${micro}Z` : `${whole}Z`;
}

function amount(minor, currency) {
  return currency === "JPY"
    ? String(minor)
    : `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
}

function orders(first) {
  const nodes = [];
  const byOrder = new Map();
  for (const row of page.all(brand, first)) {
    const [id, code, status, archived, version, placed, updated, totalQuantity, note, invoice, backlog] = row;
    const isRejected = status === "REJECTED_BY_BRAND" || status === "REJECTED";
    const codes = [];
    if (isRejected) codes.push("ALREADY_REJECTED");
    if (status === "SENT_BACK_TO_CART") codes.push("SENT_BACK_TO_CART");
    if (note) codes.push("DELIVERY_NOTE_EXISTS");
    if (invoice) codes.push("INVOICE_EXISTS");
    if (backlog) codes.push("BACKLOG_SKUS_CREATED");
    const allLines = [];
    byOrder.set(id, allLines);
    nodes.push({
      id: toId("ord", id), code, status, statusLabel: labels[status], isRejected, isArchived: archived !== null,
      version, placedAt: instant(placed), updatedAt: instant(updated), totalQuantity, canReject: !codes.length,
      rejectionBlockers: codes.map((each) => ({ code: each })), allLines,
    });
  }
  for (const row of linesOf(byOrder.size).all(brand, ...byOrder.keys())) {
    const [order, id, quantity, price, total, currency, number, name] = row;
    byOrder.get(order).push({
      id: toId("lin", id), quantity, unitPrice: { amount: amount(price, currency) },
      amount: { amount: amount(total, currency) }, sku: { number, name },
    });
  }
  return { nodes };
}

const resolvers = {
  Query: { viewer: () => ({ name: "Bench" }), orders: (_, { first }) => orders(first) },
  Order: { lines: (order, { first }) => ({ nodes: order.allLines.slice(0, first) }) },
};

if (engine.startsWith("yoga")) {
  const { createSchema, createYoga } = await import("graphql-yoga");
  const plugins = [];
  if (engine === "yoga-jit") plugins.push((await import("@envelop/graphql-jit")).useGraphQlJit());
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, plugins });
  http.createServer(yoga).listen(port, "127.0.0.1");
} else if (engine === "apollo") {
  const { ApolloServer } = await import("@apollo/server");
  const { startStandaloneServer } = await import("@apollo/server/standalone");
  const server = new ApolloServer({ typeDefs, resolvers });
  await startStandaloneServer(server, { listen: { port, host: "127.0.0.1" } });
} else {
  const app = (await import("fastify")).default();
  const jit = engine === "mercurius-jit" ? 1 : 0;
  app.register((await import("mercurius")).default, { schema: typeDefs, resolvers, jit });
  await app.listen({ port, host: "127.0.0.1" });
}
