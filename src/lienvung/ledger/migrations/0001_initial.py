"""The tables of the ledger, in SQL: Django can declare neither WITHOUT ROWID nor append-only tables.

No foreign keys and no unique key across what a distributed engine would split
(docs/explanation/scale.md). SQLite and PostgreSQL get the same columns.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# {b} bytes, {rowid} end of a table clustered by its primary key, {big}/{small} integers.
TABLES = [
    "CREATE TABLE ledger_counter (name text PRIMARY KEY, value {big} NOT NULL){rowid}",
    """CREATE TABLE ledger_context (id {serial} PRIMARY KEY, json text NOT NULL UNIQUE)""",
    """CREATE TABLE ledger_document (
        id {serial} PRIMARY KEY, received_at {big} NOT NULL, submitter text NULL, sha256 {b} NOT NULL,
        context_id {big} NULL, header text NOT NULL, event_count {big} NOT NULL, first_rid {big} NOT NULL,
        job text NOT NULL)""",
    "CREATE INDEX ledger_document_sha256 ON ledger_document (sha256)",
    "CREATE INDEX ledger_document_received_at ON ledger_document (received_at)",
    "CREATE INDEX ledger_document_submitter ON ledger_document (submitter)",
    """CREATE TABLE ledger_job (
        id text PRIMARY KEY, submitter text NULL, idempotency_key text NULL, sha256 {b} NOT NULL, created_at {big} NOT NULL,
        finished_at {big} NULL, running {small} NOT NULL, success {small} NOT NULL, behaviour text NOT NULL,
        new_events {big} NOT NULL, known_events {big} NOT NULL, errors text NOT NULL)""",
    "CREATE INDEX ledger_job_created_at ON ledger_job (created_at)",
    "CREATE INDEX ledger_job_submitter ON ledger_job (submitter, created_at)",
    "CREATE UNIQUE INDEX ledger_job_idempotency ON ledger_job (submitter, idempotency_key)",
    """CREATE TABLE ledger_event (
        rid {serial} PRIMARY KEY, hash {b} NOT NULL, event_id text NULL, type {small} NOT NULL,
        action {small} NOT NULL, t {big} NOT NULL, recorded_at {big} NOT NULL, bizstep {big} NULL,
        disp {big} NULL, rp {big} NULL, bl {big} NULL, doc {big} NOT NULL, ord {big} NOT NULL, body {b} NOT NULL)""",
    "CREATE INDEX ledger_event_t ON ledger_event (t)",
    "CREATE INDEX ledger_event_bizstep ON ledger_event (bizstep, t)",
    "CREATE INDEX ledger_event_disp ON ledger_event (disp, t)",
    "CREATE INDEX ledger_event_bl ON ledger_event (bl, t)",
    "CREATE INDEX ledger_event_rp ON ledger_event (rp, t)",
    "CREATE TABLE ledger_hash (prefix {big} NOT NULL, rid {big} NOT NULL, PRIMARY KEY (prefix, rid)){rowid}",
    "CREATE TABLE ledger_event_key (id {b} PRIMARY KEY, rid {big} NOT NULL){rowid}",
    "CREATE TABLE ledger_event_id (event_id text NOT NULL, rid {big} NOT NULL, PRIMARY KEY (event_id, rid)){rowid}",
    "CREATE TABLE ledger_term (id {serial} PRIMARY KEY, kind {small} NOT NULL, value text NOT NULL, UNIQUE (kind, value))",
    "CREATE TABLE ledger_thing (id {serial} PRIMARY KEY, uri text {c} NOT NULL UNIQUE)",
    """CREATE TABLE ledger_error (
        event_key {b} NOT NULL, declared_by {big} NOT NULL, t {big} NOT NULL, reason text NULL, event_id text NULL,
        PRIMARY KEY (event_key, declared_by)){rowid}""",
    "CREATE INDEX ledger_error_event_id ON ledger_error (event_id)",
    "CREATE TABLE ledger_void (rid {big} NOT NULL PRIMARY KEY, declared_by {big} NOT NULL){rowid}",
    """CREATE TABLE ledger_reference (
        thing {big} NOT NULL, kind {small} NOT NULL, type {big} NOT NULL, event {big} NOT NULL,
        PRIMARY KEY (thing, kind, type, event)){rowid}""",
]

# The columns of the primary key come first and in its order: SQLite before 3.41 takes the NOT NULL of other orders
# for broken in PRAGMA integrity_check, which every backup runs.
MENTION = """blk {big} NOT NULL, wide {small} NOT NULL, lo {small} NOT NULL, t {big} NOT NULL, event {big} NOT NULL,
    role {small} NOT NULL, hi {small} NOT NULL, uom {big} NOT NULL, members {b} NULL, other {big} NULL, loc {big} NULL,
    disp {big} NULL, qty {real} NULL, step {big} NULL"""
LINK = """blk {big} NOT NULL, lo {small} NOT NULL, hi {small} NOT NULL, role {small} NOT NULL, process {big} NOT NULL,
    event {big} NOT NULL, members {b} NULL, t {big} NOT NULL"""
GROUP = """process {big} NOT NULL, role {small} NOT NULL, blk {big} NOT NULL, lo {small} NOT NULL, hi {small} NOT NULL,
    event {big} NOT NULL, members {b} NULL, t {big} NOT NULL"""
# by disposition: which events set it
PERSISTENT_BY_DISPOSITION = "CREATE INDEX ledger_persistent_disp ON ledger_persistent (disp, is_set, event)"
PERSISTENT = """blk {big} NOT NULL, wide {small} NOT NULL, lo {small} NOT NULL, hi {small} NOT NULL, disp {big} NOT NULL,
    t {big} NOT NULL, event {big} NOT NULL, is_set {small} NOT NULL, members {b} NULL"""

SQLITE_INDEXES = [
    f"CREATE TABLE ledger_mention ({MENTION}, PRIMARY KEY (blk, wide, lo, t, event, role, hi, uom)) WITHOUT ROWID",
    f"CREATE TABLE ledger_link ({LINK}, PRIMARY KEY (blk, lo, hi, role, process, event)) WITHOUT ROWID",
    f"CREATE TABLE ledger_group ({GROUP}, PRIMARY KEY (process, role, blk, lo, hi, event)) WITHOUT ROWID",
    f"CREATE TABLE ledger_persistent ({PERSISTENT}, PRIMARY KEY (blk, wide, lo, hi, disp, t, event, is_set)) WITHOUT ROWID",
    PERSISTENT_BY_DISPOSITION,
]
POSTGRESQL_INDEXES = [
    f"CREATE TABLE ledger_mention ({MENTION})",
    # hi and role fit into the same eight bytes as lo: rows of other things are passed over without reading the table
    "CREATE INDEX ledger_mention_block ON ledger_mention (blk, wide, lo, hi, role)",
    f"CREATE TABLE ledger_link ({LINK})",
    "CREATE INDEX ledger_link_block ON ledger_link (blk, lo, hi, role)",
    f"CREATE TABLE ledger_group ({GROUP})",
    "CREATE INDEX ledger_group_process ON ledger_group (process, role)",
    f"CREATE TABLE ledger_persistent ({PERSISTENT})",
    "CREATE INDEX ledger_persistent_block ON ledger_persistent (blk, wide, lo)",
    PERSISTENT_BY_DISPOSITION,
]

# What is written stays written; ledger_counter and ledger_job are the only rows that change.
APPEND_ONLY = [
    "context", "document", "event", "event_key", "event_id", "term", "thing", "error", "void", "reference",
    "mention", "link", "group", "persistent", "hash",
]

COUNTERS = "INSERT INTO ledger_counter (name, value) VALUES ('thing', 1023), ('event', 0), ('term', 0), ('document', 0), ('context', 0), ('hashed', 0)"


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    words = {
        "b": "blob" if sqlite else "bytea",
        "big": "integer" if sqlite else "bigint",
        "small": "integer" if sqlite else "smallint",
        "real": "real" if sqlite else "double precision",
        "serial": "integer" if sqlite else "bigint",
        "rowid": " WITHOUT ROWID" if sqlite else "",
        "c": "" if sqlite else 'COLLATE "C"',
    }
    for statement in TABLES + (SQLITE_INDEXES if sqlite else POSTGRESQL_INDEXES):
        schema_editor.execute(statement.format(**words), params=None)
    schema_editor.execute(COUNTERS, params=None)
    if not sqlite:
        schema_editor.execute(
            "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
            params=None,
        )
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


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    raise RuntimeError("the ledger is append-only: its tables are not dropped by a migration")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(create, drop)]
