"""PostgreSQL's row-level security: the second wall between brands, for whatever models/scope.py does not narrow.

Each transaction says for whom it works (`orders.brand`: a brand's id, or "all"; models/base.py). A row is seen and
written only when its brand is that one; who says nothing sees nothing. The owner of the tables is bound too (FORCE); a
superuser and a role with BYPASSRLS never are. Foreign keys are checked past it, as PostgreSQL always does.

A migration that makes a table with a `brand_id` runs `protect(…)` for it; the test
tests/database/test_row_level_security.py finds one that is forgotten.
"""

from models.database.postgres import ALL_BRANDS, SCOPE_SETTING

POLICY = "brand"

# As sub-selects they are found out once for each statement, not once for each row. After a transaction that had it, a
# setting is '' rather than NULL.
_SAID = f"current_setting('{SCOPE_SETTING}', true)"
_BRAND = f"(SELECT CASE WHEN {_SAID} NOT IN ('', '{ALL_BRANDS}') THEN {_SAID}::uuid END)"
_IS_ALL = f"(SELECT {_SAID} = '{ALL_BRANDS}')"


def protect(table: str, column: str = "brand_id") -> list[str]:
    """The statements for PostgreSQL; `column` names the brand."""
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
