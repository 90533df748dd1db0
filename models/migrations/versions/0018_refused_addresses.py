"""refused addresses, a brand's company data, and languages that follow the buyer's country.

Buyers without a language of their own, but with a known country, get the country's language.

Revision ID: 0018
Revises: 0017
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
# The oldest release, by its newest schema, whose servers work with this schema (models/migrations/releases.py).
oldest_release = "0015"

# As in models/locale.py when this was written.
JAPAN = {"jp", "jpn", "japan", "nippon", "nihon", "日本", "日本国"}


def upgrade() -> None:
    op.add_column("buyer_recipients", sa.Column("bounced_at", models.base.UtcDateTime(), nullable=True))
    op.add_column("buyer_recipients", sa.Column("bounce_reason", sa.String(500), nullable=True))
    op.add_column("brands", sa.Column("legal_name", sa.String(200), nullable=True))
    op.add_column("brands", sa.Column("country", sa.String(100), server_default="", nullable=False))
    op.add_column("brands", sa.Column("phone", sa.String(50), nullable=True))
    op.add_column("brands", sa.Column("contact_email", sa.String(320), nullable=True))
    _follow_countries()


def downgrade() -> None:
    for column in ("contact_email", "phone", "country", "legal_name"):
        op.drop_column("brands", column)
    for column in ("bounce_reason", "bounced_at"):
        op.drop_column("buyer_recipients", column)


def _follow_countries() -> None:
    country, locale = sa.column("country", sa.String), sa.column("locale", sa.String)
    buyers = sa.table("buyers", country, locale, sa.column("has_own_locale", sa.Boolean))
    follows = buyers.c.has_own_locale.is_(sa.false())
    connection = op.get_bind()
    named = sa.select(country).select_from(buyers).where(follows, country != "").distinct()
    for (name,) in connection.execute(named).all():
        folded = unicodedata.normalize("NFKC", name).strip().casefold()
        if folded:
            language = "ja" if folded in JAPAN else "en"
            of_country = sa.update(buyers).where(follows, country == name, locale != language)
            connection.execute(of_country.values(locale=language))
