"""The inbox: large documents that were received and wait to be captured.

Its rows are work, not record: they go when the job is done, so these tables are not append-only. What changes
(tries) stands apart from the body, which would be written anew with it.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = [
    """CREATE TABLE ledger_inbox (
        job text PRIMARY KEY, number {big} NOT NULL, submitter text NULL, behaviour text NOT NULL,
        idempotency_key text NULL, sha256 {b} NOT NULL, content_type text NOT NULL, received_at {big} NOT NULL,
        tries {small} NOT NULL, not_before {big} NOT NULL)""",
    "CREATE INDEX ledger_inbox_number ON ledger_inbox (number)",
    "CREATE TABLE ledger_inbox_body (job text PRIMARY KEY, body {b} NOT NULL)",
    "INSERT INTO ledger_counter (name, value) VALUES ('inbox', 0)",
]


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    words = {
        "b": "blob" if sqlite else "bytea",
        "big": "integer" if sqlite else "bigint",
        "small": "integer" if sqlite else "smallint",
    }
    for statement in TABLES:
        schema_editor.execute(statement.format(**words), params=None)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    raise RuntimeError("documents may wait in the inbox: it is not dropped by a migration")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_fields_blocks_master")]
    operations = [migrations.RunPython(create, drop)]
