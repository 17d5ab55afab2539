"""The database itself refuses to change an act.

SQLite's in-memory databases are only ever tests, and Django empties their tables with DELETE between
transactional tests, so there the trigger on DELETE is left out (PostgreSQL empties with TRUNCATE).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE TRIGGER audit_act_no_{verb} BEFORE {VERB} ON audit_act
BEGIN SELECT RAISE(ABORT, 'audit_act is append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION audit_act_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_act is append-only'; END $$;
CREATE TRIGGER audit_act_no_change BEFORE UPDATE OR DELETE ON audit_act
FOR EACH ROW EXECUTE FUNCTION audit_act_refuse();
"""


def protect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    verbs = ["update"] if connection.is_in_memory_db() else ["update", "delete"]  # type: ignore[attr-defined]
    for verb in verbs:
        schema_editor.execute(SQLITE.format(verb=verb, VERB=verb.upper()))


def unprotect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER IF EXISTS audit_act_no_change ON audit_act; DROP FUNCTION IF EXISTS audit_act_refuse()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS audit_act_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
