"""Contexts of any length: on PostgreSQL a row of the usual index holds 2,704 bytes, and contexts may be longer."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def change(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A hash index holds no values. That each context stands once is seen to by the writers' lock."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE ledger_context DROP CONSTRAINT IF EXISTS ledger_context_json_key")
        schema_editor.execute("CREATE INDEX ledger_context_json ON ledger_context USING hash (json)")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_inbox")]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]
