"""Which tables a trigger of PostgreSQL looks at.

PostgreSQL looks for tables in pg_temp first unless pg_temp is named: a role that may create temporary tables could show
a trigger an empty order_rejections. Every upgrade ends with this, whichever migration made the trigger.
"""

from sqlalchemy import Connection

FIX = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path TO pg_catalog, %I, pg_temp', f, current_schema());
  END LOOP;
END $$
"""


def fix_search_paths(connection: Connection) -> None:
    connection.exec_driver_sql(FIX)
