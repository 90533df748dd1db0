"""What triggers add to rows of orders and audit entries, for all rows of a brand at once, in the SQL of a dialect.

tests/cli/test_seed.py compares it with what the triggers add.
"""

from uuid import UUID

from models.messages.history import SHOWN_TO_BUYERS

LENGTH = 64  # of the longest order code, as in migration 0017
# Tables that only triggers fill.
TABLES = ("audit_actors", "buyer_events", "order_code_suffixes", "order_counts", "analytics_marks")


def statements(dialect: str, brand_id: UUID) -> list[str]:
    is_sqlite = dialect == "sqlite"
    brand = f"'{brand_id.hex}'"
    detail = "json_extract(e.details, '$.{}')" if is_sqlite else "e.details ->> '{}'"
    places = ", ".join(f"({n})" for n in range(1, LENGTH + 1))
    kinds = ", ".join(f"'{kind}'" for kind in sorted(SHOWN_TO_BUYERS))
    mark = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    return [  # S608: a brand's id and names of our own
        "INSERT INTO audit_actors (brand_id, actor_id, actor_name)"  # noqa: S608
        f" SELECT DISTINCT brand_id, actor_id, actor_name FROM audit_entries WHERE brand_id = {brand}",
        "INSERT INTO buyer_events (brand_id, buyer_id, sequence, entry_sequence, order_id, kind, at, user_name, code,"  # noqa: S608
        " comment) SELECT e.brand_id, o.buyer_id, row_number() OVER (PARTITION BY o.buyer_id ORDER BY e.sequence),"
        " e.sequence, e.order_id, e.kind, e.at, CASE WHEN e.actor_kind = 'BUYER' THEN e.actor_name END,"
        f" {detail.format('code')}, CASE WHEN e.actor_kind = 'BUYER' THEN {detail.format('comment')} END"
        " FROM audit_entries e JOIN orders o ON o.brand_id = e.brand_id AND o.id = e.order_id"
        f" WHERE e.brand_id = {brand} AND e.kind IN ({kinds})",
        "INSERT INTO order_code_suffixes (brand_id, suffix, order_id)"  # noqa: S608
        f" SELECT brand_id, substr(lower(code), n, {LENGTH}), id FROM orders"
        f" JOIN (SELECT column1 AS n FROM (VALUES {places}) AS v) AS p ON n <= length(code)"
        f" WHERE brand_id = {brand} ORDER BY 1, 2, 3",
        "INSERT INTO order_counts (brand_id, buyer_id, status, is_archived, part, orders)"  # noqa: S608
        f" SELECT brand_id, buyer_id, status, archived_at IS NOT NULL, 0, count(*) FROM orders WHERE brand_id = {brand}"
        " GROUP BY 1, 2, 3, 4",
        # All days are still to be summed up (resolvers/summing.py).
        f"INSERT INTO analytics_marks (brand_id, id, day) VALUES ({brand}, {mark}, NULL)",  # noqa: S608
    ]
