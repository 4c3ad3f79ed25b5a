"""The actions that paths are made of: who did what, where, in which visit, and whether it is a step of the funnel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.settle import shared_sessions
from customer_analytics.analysis.paths.places import VIEWS, with_places
from customer_analytics.analysis.paths.visits import by_silence
from customer_analytics.analysis.stream.events import Part, parts
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.tables.store import MOST_EVENT_NAMES, Tables

Basis = Literal["session", "silence"]
DEVICES, CHANNELS = 6, 10  # values that are told apart when visits are matched
ERROR = "error|exception|fail|timeout|declined|crash|错误|失败|异常|超时|拒绝"
_TEXTS = ("page", "device", "channel", "properties")


@dataclass(frozen=True)
class Actions:
    """The actions of visits, and what they are made of.

    `rows`: visit, person_id, at, place, cell, error (whether the row tells of one). `places`: place, label, kind,
    events, name. `cells`: cell, device, channel. `goal`: the place of the funnel's last step. `without_session`: rows
    left out for want of a session; `nameless`: rows that name nobody, left out.
    """

    rows: ir.Table
    places: pd.DataFrame
    cells: pd.DataFrame
    goal: int
    basis: Basis
    without_session: int
    nameless: int


def actions_of(tables: Tables, definition: Definition) -> Actions | None:
    """The actions of a client's events and of the funnel's steps; None where there are no events."""
    if not tables.has("events", "event", "occurred_at"):
        return None
    rows = _rows(tables, definition)
    last = len(definition.steps)
    row = rows.aggregate(
        n=rows.count(),
        known=rows.count(where=rows.person_id.notnull()),
        session=rows.count(where=rows.person_id.notnull() & rows.session_id.notnull()),
        goals=rows.count(where=rows.person_id.notnull() & (rows.step == last)),
        goals_in=rows.count(where=rows.person_id.notnull() & (rows.step == last) & rows.session_id.notnull()),
    ).to_pandas().iloc[0]  # fmt: skip
    if not row["known"]:
        return None
    rows = rows.filter(rows.person_id.notnull())
    in_sessions = row["session"] >= row["known"] / 2 and row["goals_in"] >= row["goals"] / 2
    if in_sessions:
        rows = rows.filter(rows.session_id.notnull())
    marked, places = with_places(rows, definition.labels)
    marked, cells = _with_cells(marked)
    if in_sessions:
        own = definition.shared_sessions or shared_sessions(tables)
        visit = marked.person_id + ibis.literal(" ") + marked.session_id if own else marked.session_id
        marked = marked.mutate(visit=visit)
    else:
        marked = by_silence(marked)
    return Actions(
        rows=marked.select("visit", "person_id", "at", "place", "cell", "error"),
        places=places,
        cells=cells,
        goal=int(places.loc[places["kind"] == "step", "place"].iloc[-1]),
        basis="session" if in_sessions else "silence",
        without_session=int(row["known"] - row["session"]) if in_sessions else 0,
        nameless=int(row["n"] - row["known"]),
    )


def _rows(tables: Tables, definition: Definition) -> ir.Table:
    """The client's events, and derived ones that a step names: person_id, at, event, session_id, step, page, device,
    channel, error."""
    named = {name for step in definition.steps for name in step.names}
    own = [part for part in parts(tables, None) if part.names is None]
    derived = [part for part in parts(tables, named) if part.names is not None]
    source = Rows(tables, definition)
    found = []
    for part in (*own, *derived):
        step = _step(source, part, definition.steps)
        table = part.rows.select(
            person_id=person_id(part.rows), at=part.at, event=part.event, session_id=_text(part, "session_id"),
            step=step, **{name: _text(part, name) for name in ("page", "device", "channel")},
            error=_error(tables, part),
        )  # fmt: skip
        found.append(table.filter(table.at.notnull(), table.event.notnull()))
    return found[0] if len(found) == 1 else ibis.union(*found)


def _step(source: Rows, part: Part, steps: Sequence[Step]) -> ir.IntegerValue:
    """The number of the step that a row is, 0: none; of several the first. A step of page views alone stays open: the
    page says more than the step."""
    shows_page = part.names is None and "page" in part.rows.columns
    tests = []
    for step in steps:
        is_view = all(name.lower() in VIEWS for name in step.names) and step.condition is None
        serves = source.serves(part, step).fill_null(False)
        if is_view and shows_page and step.number < len(steps):
            serves = serves & part.rows.page.isnull()
        tests.append((serves, step.number))
    number: ir.IntegerValue = ibis.cases(*tests, else_=0).cast("int16")
    return number


def _text(part: Part, name: str) -> ir.StringValue:
    known = name in part.rows.columns
    return part.rows[name].cast("string") if known else ibis.null("string")


def _error(tables: Tables, part: Part) -> ir.BooleanValue:
    """Whether the name of the event or its properties tell of an error. Names are read once, not in every row."""
    if 0 < len(tables.event_names) < MOST_EVENT_NAMES:
        names = {*tables.event_names, *(part.names or ())}
        named = part.event.isin(sorted(name for name in names if re.search(ERROR, name.lower())))
    else:
        named = part.event.lower().re_search(ERROR)
    if "properties" not in part.rows.columns or part.names is not None:
        return named
    told = (
        part.rows.properties.cast("string")
        .lower()
        .re_search(r'"[a-z_]*(error|exception|failure)[a-z_]*"\s*:\s*"?[^"n,}\s]')
    )
    return named | told.fill_null(False)


def _with_cells(rows: ir.Table) -> tuple[ir.Table, pd.DataFrame]:
    """The rows with `cell`, a number for device and channel; the rare ones of each are one value."""
    pairs = rows.group_by(device=rows.device.fill_null(""), channel=rows.channel.fill_null("")).aggregate(
        n=rows.count()
    )
    counted: pd.DataFrame = pairs.order_by(ibis.desc("n"), "device", "channel").limit(5_000).to_pandas()
    for column, most in (("device", DEVICES), ("channel", CHANNELS)):
        kept = counted.groupby(column)["n"].sum().sort_values(ascending=False, kind="stable").index[:most]
        counted[f"of_{column}"] = counted[column].where(counted[column].isin(kept), "")
    cells = counted[["of_device", "of_channel"]].drop_duplicates(ignore_index=True)
    cells = cells.assign(cell=range(1, len(cells) + 1))
    known = counted.merge(cells, on=["of_device", "of_channel"])[["device", "channel", "cell"]]
    table = ibis.memtable(
        known.rename(columns={"device": "one_device", "channel": "one_channel"}).astype({"cell": "int16"})
    )
    matched = rows.mutate(device=rows.device.fill_null(""), channel=rows.channel.fill_null(""))
    joined = matched.left_join(table, [matched.device == table.one_device, matched.channel == table.one_channel])
    kept_columns = [column for column in rows.columns if column not in ("device", "channel")]
    named = cells.rename(columns={"of_device": "device", "of_channel": "channel"})
    return joined.select(*kept_columns, cell=joined.cell.fill_null(0).cast("int16")), named[
        ["cell", "device", "channel"]
    ]
