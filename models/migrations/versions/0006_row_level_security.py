"""row-level security on PostgreSQL: the second wall between brands.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.row_level_security import protect, unprotect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in _tables():
        for statement in protect(table, column):
            op.execute(statement)


def downgrade() -> None:
    for table, _ in _tables():
        for statement in unprotect(table):
            op.execute(statement)


def _tables() -> list[tuple[str, str]]:
    """Those that the revisions before this one have made, with the column that names the brand."""
    if op.get_bind().dialect.name != "postgresql":
        return []
    inspector = sa.inspect(op.get_bind())
    columns = {
        table: {column["name"] for column in inspector.get_columns(table)} for table in inspector.get_table_names()
    }
    return [("brands", "id"), *((table, "brand_id") for table, names in sorted(columns.items()) if "brand_id" in names)]
