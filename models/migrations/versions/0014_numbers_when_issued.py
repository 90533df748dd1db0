"""numbers of invoices are given when they are issued; what of an order's version and time its buyer sees.

Servers of the release before number an invoice when they draft it, and nothing when they issue it. Two triggers make
good for that while such servers still run: they take the number back from a draft and give one to an issued invoice.

Revision ID: 0014
Revises: 0013
"""

# ruff: noqa: S608 - all names are our own
import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As in models/document_number.py when this was written.
DRAFT_CODE = {"sqlite": "'DRAFT-' || upper(substr({id}, -8))", "postgresql": "'DRAFT-' || upper(right({id}::text, 8))"}
NUMBER = {
    "sqlite": "printf('{kind}-%06d', {last})",
    "postgresql": "'{kind}-' || lpad({last}::text, greatest(6, length({last}::text)), '0')",
}
# The number in a code; NULL for a code of another form.
PARSED = {
    "sqlite": "CASE WHEN {code} GLOB '{kind}-[0-9]*' AND substr({code}, {from_}) NOT GLOB '*[^0-9]*'"
    " AND length({code}) < {from_} + 18 THEN CAST(substr({code}, {from_}) AS INTEGER) END",
    "postgresql": "CAST(substring({code} FROM '^{kind}-([0-9]{{1,18}})$') AS BIGINT)",
}
OF_DETAILS = {"sqlite": "json_extract(details, '$.code')", "postgresql": "(details ->> 'code')"}
COUNTER = "UPDATE document_numbers SET last = last {change} WHERE brand_id = NEW.brand_id AND kind = 'INV'"
FIRST = "INSERT INTO document_numbers (brand_id, kind, last) VALUES (NEW.brand_id, 'INV', 0) ON CONFLICT DO NOTHING"
LAST = "(SELECT n.last FROM document_numbers n WHERE n.brand_id = NEW.brand_id AND n.kind = 'INV')"


def upgrade() -> None:
    op.add_column("orders", sa.Column("internal_changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("buyer_updated_at", models.base.UtcDateTime(timezone=True), nullable=True))
    if _dialect() == "postgresql":  # in the order in which the release before takes them
        op.execute("LOCK TABLE document_numbers IN SHARE ROW EXCLUSIVE MODE")
        op.execute("LOCK TABLE invoices IN SHARE ROW EXCLUSIVE MODE")
    op.execute(f"UPDATE invoices SET code = {_draft_code('id')} WHERE status = 'DRAFT'")
    _count()
    for statement in _triggers():
        op.execute(statement)


def downgrade() -> None:
    """The release before issues drafts with the number that they have, so each gets one."""
    if _dialect() == "sqlite":
        op.execute("DROP TRIGGER invoices_draft_without_number")
        op.execute("DROP TRIGGER invoices_issued_with_number")
    else:
        op.execute("DROP FUNCTION invoices_number_when_issued() CASCADE")
    connection = op.get_bind()
    drafts = connection.execute(sa.text("SELECT brand_id, id FROM invoices WHERE status = 'DRAFT' ORDER BY id")).all()
    for brand_id, id in drafts:
        of_brand = {"brand_id": brand_id}
        first = FIRST.replace("NEW.brand_id", ":brand_id")
        connection.execute(sa.text(first), of_brand)
        connection.execute(sa.text(COUNTER.format(change="+ 1").replace("NEW.brand_id", ":brand_id")), of_brand)
        number = _number(LAST.replace("NEW.brand_id", ":brand_id"))
        update = f"UPDATE invoices SET code = {number} WHERE brand_id = :brand_id AND id = :id"
        connection.execute(sa.text(update), of_brand | {"id": id})
    op.execute("ALTER TABLE orders DROP COLUMN buyer_updated_at")
    op.execute("ALTER TABLE orders DROP COLUMN internal_changes")


def _count() -> None:
    """The counters, from the documents: a downgrade below 0004 has dropped them.

    Issued invoices are never deleted: the highest number is the last one. Delivery notes are, and their numbers are not
    used again; the audit log names them all.
    """
    invoices = (
        f"SELECT brand_id, max({_parsed('code', 'INV')}) AS last FROM invoices WHERE status <> 'DRAFT'"
        f" GROUP BY brand_id"
    )
    op.execute("UPDATE document_numbers SET last = 0 WHERE kind = 'INV'")
    _raise("INV", invoices)
    _raise("DN", f"SELECT brand_id, max({_parsed('code', 'DN')}) AS last FROM delivery_notes GROUP BY brand_id")
    audited = _parsed(OF_DETAILS[_dialect()], "DN")
    _raise(
        "DN",
        f"SELECT brand_id, max({audited}) AS last FROM audit_entries WHERE kind = 'DELIVERY_NOTE_CREATED'"
        " GROUP BY brand_id",
    )


def _raise(kind: str, found: str) -> None:
    op.execute(
        f"INSERT INTO document_numbers (brand_id, kind, last) SELECT f.brand_id, '{kind}', f.last FROM ({found}) f"
        " WHERE f.last IS NOT NULL ON CONFLICT (brand_id, kind) DO UPDATE SET last = excluded.last"
        " WHERE excluded.last > document_numbers.last"
    )


def _triggers() -> list[str]:
    was_taken = f"NEW.code = {_number(LAST)}"
    if _dialect() == "sqlite":
        of_row = "WHERE brand_id = NEW.brand_id AND id = NEW.id"
        return [
            "CREATE TRIGGER invoices_draft_without_number AFTER INSERT ON invoices"
            f" WHEN NEW.status = 'DRAFT' AND {was_taken} BEGIN"
            f" UPDATE invoices SET code = {_draft_code('NEW.id')} {of_row}; {COUNTER.format(change='- 1')}; END",
            "CREATE TRIGGER invoices_issued_with_number AFTER UPDATE ON invoices"
            " WHEN NEW.status = 'ISSUED' AND NEW.code LIKE 'DRAFT-%' BEGIN"
            f" {FIRST.replace('INSERT INTO', 'INSERT OR IGNORE INTO').replace(' ON CONFLICT DO NOTHING', '')};"
            f" {COUNTER.format(change='+ 1')};"
            f" UPDATE invoices SET code = {_number(LAST)} {of_row}; END",
        ]
    return [
        "CREATE FUNCTION invoices_number_when_issued() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN IF NEW.status = 'DRAFT' AND {was_taken} THEN"
        f" NEW.code := {_draft_code('NEW.id')}; {COUNTER.format(change='- 1')}; END IF;"
        f" ELSIF NEW.status = 'ISSUED' AND NEW.code LIKE 'DRAFT-%' THEN {FIRST}; {COUNTER.format(change='+ 1')};"
        f" NEW.code := {_number(LAST)}; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER invoices_number_when_issued BEFORE INSERT OR UPDATE ON invoices"
        " FOR EACH ROW EXECUTE FUNCTION invoices_number_when_issued()",
    ]


def _draft_code(id: str) -> str:
    return DRAFT_CODE[_dialect()].format(id=id)


def _number(last: str) -> str:
    return NUMBER[_dialect()].format(kind="INV", last=last)


def _parsed(code: str, kind: str) -> str:
    return PARSED[_dialect()].format(code=code, kind=kind, from_=len(kind) + 2)


def _dialect() -> str:
    return op.get_bind().dialect.name
