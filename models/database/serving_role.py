"""The serving role of PostgreSQL: it may do what a server does, and cannot switch off what the database enforces.

The owner of the tables migrates. The serving role neither owns anything nor creates anything: it reads and writes rows,
under row-level security and the triggers. docs/guides/postgresql.md says how to set it up.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database.sessions import Database

# Rows that servers only read.
READ_ONLY = ("alembic_version", "schema_compatibility")
# Rows that nobody changes or deletes once they are written.
FOREVER = ("audit_entries", "order_rejections", "order_send_backs")
# But the erasure of a buyer empties these columns. A trigger lets nothing else happen to them.
ERASED_COLUMNS = {"order_rejections": ("body",)}

# What would let the role pass the triggers or row-level security, by itself or as a member of another role.
POWERS = {
    "is a superuser": "r.rolsuper",
    "has BYPASSRLS": "r.rolbypassrls",
    "has CREATEROLE": "r.rolcreaterole",
    "has REPLICATION": "r.rolreplication",
    "owns the database": "EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)",
    "owns the schema": "EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = current_schema() AND n.nspowner = r.oid)",
    "owns tables": "EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
    " AND c.relowner = r.oid)",
    "owns functions": "EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace"
    " AND p.proowner = r.oid)",
}


class ServingRoleError(RuntimeError):
    """The role cannot be made a serving role. The message says what to do."""


async def powers(connection: AsyncConnection, role: str) -> list[str]:
    """What this role should not have as a serving role, e.g. "owns tables" or "owns tables (as a member of orders)"."""
    found = []
    for power, condition in POWERS.items():
        statement = f"SELECT r.rolname FROM pg_roles r WHERE pg_has_role(:role, r.oid, 'MEMBER') AND {condition}"
        # A superuser is a member of every role.
        holders = set(await connection.scalars(text(statement), {"role": role}))
        if holders:
            found.append(power if role in holders else f"{power} (as a member of {min(holders)})")
        if power == "is a superuser" and role in holders:
            break
    return found


async def role_and_powers(database: Database) -> tuple[str, list[str]]:
    """The role of the URL, and what a serving role should not have."""
    async with database.engine.connect() as connection:
        role: str = (await connection.execute(text("SELECT current_user"))).scalar_one()
        return role, await powers(connection, role)


async def grant_to_serving_role(database: Database, role: str) -> None:
    """Grants the role what a server needs, in tables of later migrations too, and takes the rest from it.

    Run by the owner, on the newest schema. Raises ServingRoleError.
    """
    if database.is_sqlite:
        raise ServingRoleError("SQLite has no roles: --grant-to is for PostgreSQL.")
    async with database.engine.begin() as connection:
        if not await connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
            raise ServingRoleError(f"There is no role {role}: create it with CREATE ROLE {role} LOGIN PASSWORD '…'.")
        if found := await powers(connection, role):
            raise ServingRoleError(f"{role} cannot be a serving role, because it {', '.join(found)}.")
        for statement in await _grants(connection, role):
            await connection.exec_driver_sql(statement)
        if missing := await _still_to_do(connection, role):
            raise ServingRoleError(
                f"Nothing was granted to {role}: it could still create tables. As the owner of the database or as a "
                f"superuser, run: {'; '.join(missing)}"
            )


async def _quoted(connection: AsyncConnection, role: str) -> tuple[str, str, str]:
    statement = "SELECT quote_ident(current_database()), quote_ident(current_schema()), quote_ident(:role)"
    database, schema, name = (await connection.execute(text(statement), {"role": role})).one()
    return database, schema, name


async def _grants(connection: AsyncConnection, role: str) -> list[str]:
    database, schema, name = await _quoted(connection, role)
    return [
        # Everybody may create temporary tables, and in old versions tables in public, until that is revoked. One would
        # be found before the table whose name it has.
        f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC, {name}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {name}",
        *(f"REVOKE INSERT, UPDATE, DELETE ON {schema}.{table} FROM {name}" for table in READ_ONLY),
        *(f"REVOKE UPDATE, DELETE ON {schema}.{table} FROM {name}" for table in FOREVER),
        *(
            f"GRANT UPDATE ({', '.join(columns)}) ON {schema}.{table} TO {name}"
            for table, columns in ERASED_COLUMNS.items()
        ),
    ]


async def _still_to_do(connection: AsyncConnection, role: str) -> list[str]:
    """Statements for what PostgreSQL did not let us revoke; it only warns of that."""
    database, schema, name = await _quoted(connection, role)
    rights = {
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC": (
            "has_database_privilege(:role, current_database(), 'TEMPORARY')"
        ),
        f"REVOKE CREATE ON DATABASE {database} FROM {name}": (
            "has_database_privilege(:role, current_database(), 'CREATE')"
        ),
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC": "has_schema_privilege(:role, current_schema(), 'CREATE')",
    }
    return [
        statement
        for statement, right in rights.items()
        if await connection.scalar(text(f"SELECT {right}"), {"role": role})
    ]
