"""The ledger: who was assigned to which arm of which audience. It is the union of the audiences' own assignments.

Each audience is a folder that is swapped in whole, with its assignment and, where it was replaced, the assignments
before it:

    audiences/spring/assignment.parquet
    audiences/spring/earlier/assignment_1.parquet

So there is no second file that a killed command could leave behind the first, and nothing to repair. The rows have the
shape of `touches`: campaign_id, customer_id, arm, assigned_at.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.identity.resolve import MAP as IDENTITY_MAP
from customer_analytics.tables.identity.resolve import read_map
from customer_analytics.tables.ledger_files import assignments

TREATMENT, CONTROL = "treatment", "control"
SCHEMA = pa.schema(
    [
        pa.field("campaign_id", pa.string(), nullable=False),
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("arm", pa.string(), nullable=False),  # treatment or control
        pa.field("assigned_at", pa.timestamp("us"), nullable=False),  # end of the as-of day, naive UTC
        pa.field("assigned_on", pa.date32(), nullable=False),  # the as-of day in the engagement's zone
        pa.field("audience", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),  # 1, and one more each time the audience is replaced
        pa.field("stratum", pa.string(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("expires_on", pa.date32()),  # last day on which the assignment holds; null: no end
    ]
)
CURRENT = "current"
COLUMNS = (*SCHEMA.names, CURRENT)


def open_ledger(project: Project, backend: ibis.BaseBackend, as_of: dt.date) -> ir.Table | None:
    """Everyone assigned on or before `as_of`, as a table of the given engine; None where nobody ever was.

    Columns: those of `SCHEMA`, and `current` (boolean: not replaced by a later version of the audience). A customer
    stands once in each version of each audience, unless accounts that were assigned apart have become one person since:
    then the person stands in each of their arms.

    Raises:
        UserError: a file of the ledger is damaged. To go on without it would forget who was held out.
    """
    files = assignments(project)
    problems = [problem for file in files if (problem := _damage(project, file.path)) is not None]
    if problems:
        raise UserError(problems)
    if not files:
        return None
    parts = [
        backend.read_parquet(str(file.path), table_name=_view(file.path))
        .select(*SCHEMA.names)
        .mutate(current=ibis.literal(file.current))
        for file in files
    ]
    ledger: ir.Table = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return _todays_persons(project, backend, ledger.filter(ledger.assigned_on <= ibis.date(as_of)))


def _todays_persons(project: Project, backend: ibis.BaseBackend, ledger: ir.Table) -> ir.Table:
    """The ledger with the customer numbers of the last load, where accounts have been merged into persons since."""
    path = project.tables / IDENTITY_MAP
    if not project.engagement.identity.resolve or not path.is_file():
        return ledger
    persons = read_map(backend, path).select(account_then="account_id", person_now="customer_id")
    joined = ledger.left_join(persons, ledger.customer_id == persons.account_then)
    named = joined.mutate(customer_id=joined.person_now.fill_null(joined.customer_id))
    return named.select(*COLUMNS).distinct()


def _view(path: Path) -> str:
    """A name for the engine: the same file, the same name, whatever else lies there by then."""
    return f"assignment_{hashlib.blake2b(str(path).encode('utf-8', 'surrogateescape'), digest_size=8).hexdigest()}"


def _damage(project: Project, path: Path) -> Problem | None:
    try:
        names = set(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        names = set()
    if set(SCHEMA.names) <= names:
        return None
    where = path.relative_to(project.folder).as_posix()
    mend = "Put it back from a backup, or delete the audience's folder: then who was held out of it is forgotten."
    return Problem(where, "the record of an assignment cannot be read.", mend)
