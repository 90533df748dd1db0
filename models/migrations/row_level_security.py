"""PostgreSQL's row-level security: the second layer of defence between brands, behind models/database/visibility.py.

Each transaction sets `orders.brand` to a brand's id or to "all" (models/database/postgres.py). It sees and writes only
rows of that brand; without the setting it sees none. The policies bind the owner of the tables too (FORCE), but never a
superuser or a role with BYPASSRLS. PostgreSQL always checks foreign keys without regard to them.

A migration that creates a table with a `brand_id` runs `protect(…)` for it; the test
tests/database/test_row_level_security.py finds a table that was forgotten.
"""

from models.database.postgres import ALL_BRANDS, SCOPE_SETTING

POLICY = "brand"

# Sub-selects are evaluated once for each statement, not once for each row. After a transaction that set it, the setting
# is '' rather than NULL.
_SETTING = f"current_setting('{SCOPE_SETTING}', true)"
_BRAND = f"(SELECT CASE WHEN {_SETTING} NOT IN ('', '{ALL_BRANDS}') THEN {_SETTING}::uuid END)"
_IS_ALL = f"(SELECT {_SETTING} = '{ALL_BRANDS}')"


def protect(table: str, column: str = "brand_id") -> list[str]:
    """The statements that protect a table. `column`: the column with the brand's id."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({column} = {_BRAND} OR {_IS_ALL})",
    ]


def unprotect(table: str) -> list[str]:
    return [
        f"DROP POLICY {POLICY} ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
