"""releases: the database says which servers may serve it. On PostgreSQL, triggers look at no temporary table.

Revision ID: 0015
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"


def upgrade() -> None:
    op.create_table(
        "schema_compatibility",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("oldest_release", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_compatibility")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # PostgreSQL looks for tables in pg_temp first unless it is named: a role that may create temporary tables could
        # show a trigger an empty order_rejections.
        op.execute("""
            DO $$ DECLARE f regprocedure; BEGIN
              FOR f IN SELECT oid FROM pg_proc
                WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
              LOOP
                EXECUTE format('ALTER FUNCTION %s SET search_path TO pg_catalog, %I, pg_temp', f, current_schema());
              END LOOP;
            END $$
        """)


def downgrade() -> None:
    """The functions keep their search_path: without it they would only be weaker."""
    op.drop_table("schema_compatibility")
