"""What the whole query language needs: fields and amounts of events, blocks of postings, master data.

The events that stand already are read again, so that queries find them as if they had come today.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lienvung.ledger.query_backfill import back_fill

FIELD = "name {big} NOT NULL, word text {c} NOT NULL, event {big} NOT NULL"
AMOUNT = "name {big} NOT NULL, num {real} NOT NULL, event {big} NOT NULL"
POSTING = "kind {small} NOT NULL, value {big} NOT NULL, blk {big} NOT NULL, bits {b} NOT NULL"
TABLES = [
    # of 2,048 events each: the span of their event times, and the times themselves (int64, little-endian)
    """CREATE TABLE ledger_block (
        blk {big} NOT NULL PRIMARY KEY, min_t {big} NOT NULL, max_t {big} NOT NULL, times {b} NOT NULL)""",
    "CREATE INDEX ledger_block_span ON ledger_block (blk, min_t, max_t)",
    "CREATE TABLE ledger_posting (" + POSTING + ", PRIMARY KEY (kind, value, blk)){rowid}",
    # one statement about one element of master data; a later one of the same sender takes its place
    """CREATE TABLE ledger_master (
        element text {c} NOT NULL, vocabulary text {c} NOT NULL, sender text {c} NOT NULL, document {big} NOT NULL,
        PRIMARY KEY (element, vocabulary, sender, document)){rowid}""",
    "CREATE INDEX ledger_master_vocabulary ON ledger_master (vocabulary, element)",
    """CREATE TABLE ledger_master_attribute (
        attribute text {c} NOT NULL, word text {c} NOT NULL, element text {c} NOT NULL, vocabulary text {c} NOT NULL,
        sender text {c} NOT NULL, document {big} NOT NULL, value text NOT NULL,
        PRIMARY KEY (attribute, word, element, vocabulary, sender, document)){rowid}""",
    """CREATE TABLE ledger_master_child (
        element text {c} NOT NULL, child text {c} NOT NULL, vocabulary text {c} NOT NULL, sender text {c} NOT NULL,
        document {big} NOT NULL, PRIMARY KEY (element, child, vocabulary, sender, document)){rowid}""",
]
SQLITE = [
    f"CREATE TABLE ledger_field ({FIELD}, PRIMARY KEY (name, word, event)) WITHOUT ROWID",
    f"CREATE TABLE ledger_amount ({AMOUNT}, PRIMARY KEY (name, num, event)) WITHOUT ROWID",
]
POSTGRESQL = [
    f"CREATE TABLE ledger_field ({FIELD})",
    "CREATE INDEX ledger_field_word ON ledger_field (name, word, event)",
    f"CREATE TABLE ledger_amount ({AMOUNT})",
    "CREATE INDEX ledger_amount_num ON ledger_amount (name, num, event)",
]
BOTH = [
    "CREATE INDEX ledger_field_event ON ledger_field (name, event)",
    "CREATE INDEX ledger_amount_event ON ledger_amount (name, event, num)",
    "INSERT INTO ledger_counter (name, value) VALUES ('blocked', 0)",
]
APPEND_ONLY = ["field", "amount", "block", "posting", "master", "master_attribute", "master_child"]


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    words = {
        "b": "blob" if sqlite else "bytea",
        "big": "integer" if sqlite else "bigint",
        "small": "integer" if sqlite else "smallint",
        "real": "real" if sqlite else "double precision",
        "rowid": " WITHOUT ROWID" if sqlite else "",
        "c": "" if sqlite else 'COLLATE "C"',
    }
    for statement in [*TABLES, *(SQLITE if sqlite else POSTGRESQL), *BOTH]:
        schema_editor.execute(statement.format(**words), params=None)
    for table in APPEND_ONLY:
        if sqlite:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(
                    f"CREATE TRIGGER ledger_{table}_no_{verb.lower()} BEFORE {verb} ON ledger_{table} "
                    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
                    params=None,
                )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER ledger_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_{table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
                params=None,
            )
    back_fill()


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    raise RuntimeError("the ledger is append-only: its tables are not dropped by a migration")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
