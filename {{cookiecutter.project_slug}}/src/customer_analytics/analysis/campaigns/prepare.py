"""From the tables of an engagement, and its ledger, to its campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.assigned import (
    RESULT,
    assigned,
    cluster_source,
    has_assignments,
)
from customer_analytics.analysis.campaigns.campaign import ARMS, LIST, Campaigns, Outcome
from customer_analytics.analysis.campaigns.facts import Facts, facts, united
from customer_analytics.analysis.campaigns.histories import GROUP, described
from customer_analytics.analysis.campaigns.listing import Listing, listing
from customer_analytics.analysis.campaigns.parts import Shelf, part_of, parts_for, together, within
from customer_analytics.analysis.campaigns.purchases import known_margin, knows_orders, knows_visits
from customer_analytics.analysis.campaigns.settle import (
    Ready,
    computed_outcomes,
    ready_outcomes,
    settle_outcomes,
    unknown_names,
)
from customer_analytics.analysis.campaigns.sums import before_columns, summed_columns, with_sums
from customer_analytics.analysis.survival.blocks import BLOCKS, block_of, letters
from customer_analytics.analysis.value.margin import Margin
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

STATES = ("recency", "frequency", "value", "days_known")  # groups that every campaign knows, beside columns


@dataclass(frozen=True)
class _Ways:
    """What was settled before the units are made."""

    ready: list[Ready]
    outcomes: tuple[Outcome, ...]
    main: str
    margin: Margin | None
    cluster_table: str
    groups: tuple[str, ...]


def prepare(tables: Tables, ledger: ir.Table | None, parameters: CampaignEvaluationParameters) -> Campaigns:
    """Who was assigned to what, and what they did before and after.

    Args:
        tables: the engagement's tables.
        ledger: of `tables.ledger.open_ledger`; None before the first list.
        parameters: window, outcomes, control arms and the rest.

    Raises:
        UserError: the parameters name campaigns, arms, outcomes or columns that are not there.
    """
    if not has_assignments(tables, ledger):
        return nothing()
    cluster_table, problems = cluster_source(tables, parameters)
    columns = tables["customers"].columns if "customers" in tables.tables else ()
    problems += unknown_names("groups", parameters.groups, [*STATES, *columns])
    ready = ready_outcomes(tables, parameters)
    parts = parts_for(tables, ledger)
    shelf = Shelf(parts, tables.scratch)
    rows = [_assigned_rows(tables, ledger, ready, parameters, cluster_table, shelf, part) for part in range(parts)]
    every = together(rows)
    if not every.count().to_pyarrow().as_py():
        if problems:
            raise UserError(problems)
        return nothing()
    listed = listing(tables, every, parameters)
    if not len(listed.list):
        if listed.problems or problems:
            raise UserError([*problems, *listed.problems])
        return nothing()
    margin = known_margin(tables, parameters)
    timed = bool(listed.list["start"].notna().any())
    computed = computed_outcomes(tables, parameters, margin, timed=timed)
    outcomes, main, strange = settle_outcomes(ready, computed, parameters)
    problems += [*listed.problems, *strange]
    if problems:
        raise UserError(problems)
    groups = tuple(name for name in parameters.groups if name in columns)
    ways = _Ways(ready, outcomes, main, margin, cluster_table, groups)
    made = Shelf(parts, tables.scratch)
    known, units = [], []
    for part, own in enumerate(rows):
        theirs = part_of(tables, part, parts)
        known.append(facts(theirs, parameters, margin, made.keep))
        units.append(made.keep(_units(theirs, own, listed, parameters, ways, known[-1])))
    for own in rows:
        if isinstance(own, ir.CachedTable):
            own.release()
    shelf.close()
    return _assembled(tables, together(units), listed, parameters, ways, united(known), made, units)


def _assigned_rows(
    tables: Tables, ledger: ir.Table | None, ready: list[Ready], parameters: CampaignEvaluationParameters,
    cluster_table: str, shelf: Shelf, part: int,
) -> ir.Table:  # fmt: skip
    """The assigned rows of one part of the people, worked out."""
    own = None if ledger is None else within(ledger, part, shelf.parts)
    return shelf.keep(assigned(part_of(tables, part, shelf.parts), own, ready, parameters, cluster_table).rows)


def nothing() -> Campaigns:
    """No assignments at all."""
    empty = ibis.memtable([], schema={"code": "int32", "arm": "int32", "person_id": "string", "block": "int16"})
    return Campaigns(
        pd.DataFrame(columns=list(LIST)), pd.DataFrame(columns=list(ARMS)), (), "", empty,
        pd.DataFrame(columns=["code", "arm", "block", "n"]), (), reason="no_assignments",
    )  # fmt: skip


def _units(
    tables: Tables, rows: ir.Table, listed: Listing, parameters: CampaignEvaluationParameters, ways: _Ways,
    known: Facts,
) -> ir.Table:  # fmt: skip
    """One row a campaign and unit in one arm; columns as `Campaigns.units` has them."""
    placed = _placed(rows, listed)
    timed = _with_blocks(described(tables, placed, parameters, ways.outcomes, known), ways)
    until = timed.start + timed.window_days.as_interval("D")
    end = utc_of_local_midnight(tables.as_of + dt.timedelta(days=1), tables.zone)
    values = _ready_values(timed, listed, ways)
    moments = [name for name in rows.columns if name.endswith("_at") and name != "assigned_at"]
    groups = [name for name in timed.columns if name.startswith(GROUP)]
    return timed.select(
        "code", "arm", "person_id", block=timed.block, cluster=timed.cluster,
        stratum=timed.stratum, start=timed.start,
        start_day=tables.local(timed.start).date().epoch_days().cast("int32"),
        window_days=timed.window_days, over=(until <= ibis.timestamp(end)).fill_null(True),
        **{name: timed[name] for name in moments},
        **{one.column: values[one.column] if one.column in values else timed[one.column] for one in ways.outcomes},
        **{name: timed[name] for name in timed.columns if name.startswith("x_")},
        recency_days=timed.recency_days, orders_before=timed.orders_before, revenue_before=timed.revenue_before,
        days_known=timed.days_known, **{name: timed[name] for name in groups},
    )  # fmt: skip


def _with_blocks(timed: ir.Table, ways: _Ways) -> ir.Table:
    """timed with the block of the person or cluster, worked out once for each."""
    unit = "cluster" if ways.cluster_table else "person_id"
    drawn = timed.select(of_unit=timed[unit]).distinct()
    told = drawn.mutate(letters=letters(drawn.of_unit))
    numbered = told.select("of_unit", block=block_of(told.letters, BLOCKS).cast("int16"))
    return timed.inner_join(numbered, [(unit, "of_unit")]).drop("of_unit")


def _placed(rows: ir.Table, listed: Listing) -> ir.Table:
    """The rows of units in one arm with code, arm (number), start and window_days."""
    arms = listed.arms.merge(listed.list[["code", "start", "window_days"]], on="code")
    places = ibis.memtable(
        pd.DataFrame(
            {
                "of_campaign": arms["campaign"].astype(str), "of_arm": arms["key"].astype(str),
                "code": arms["code"].astype("int32"), "number": arms["number"].astype("int32"),
                "began": pd.to_datetime(arms["start"]).astype("datetime64[us]"),
                "window_days": arms["window_days"].astype("int32"),
            }
        )
    )  # fmt: skip
    single = rows.filter(~rows.mixed).drop("mixed", "listed", "messages", "label")
    single = single.mutate(arm_key=single.arm.fill_null("")).drop("arm")
    joined = single.inner_join(places, [("campaign", "of_campaign"), ("arm_key", "of_arm")])
    start = ibis.coalesce(joined.assigned_at, joined.began)
    return joined.mutate(arm=joined.number, start=start).drop(
        "campaign", "of_campaign", "of_arm", "arm_key", "number", "began", "assigned_at"
    )


def _ready_values(timed: ir.Table, listed: Listing, ways: _Ways) -> dict[str, ir.Value]:
    """The outcomes that the rows themselves hold: ready-made ones, and having unsubscribed in the window."""
    places = {one.name: i for i, one in enumerate(ways.ready)}
    values: dict[str, ir.Value] = {}
    for one in ways.outcomes:
        if one.ready:
            told, value = ways.ready[places[one.name]], timed[f"{RESULT}{places[one.name]}"]
            if told.hits_only:
                knowing = listed.list.loc[listed.list["campaign"].isin(told.campaigns), "code"]
                value = timed.code.isin([int(code) for code in knowing]).ifelse(value.fill_null(0.0), value)
            values[one.column] = value
        elif one.name == "unsubscribed":
            at, until = timed.unsubscribed_at, timed.start + timed.window_days.as_interval("D")
            inside = ((at >= timed.start) & (at < until)).fill_null(False).ifelse(1, 0).cast("float64")
            untold = listed.list.loc[listed.list["messages"].isna(), "code"]  # lists of which no message is recorded
            known = timed.start.notnull() & ~timed.code.isin([int(code) for code in untold])
            values[one.column] = ibis.ifelse(known, inside, ibis.null("float64"))
    return values


def _assembled(
    tables: Tables, units: ir.Table, listed: Listing, parameters: CampaignEvaluationParameters, ways: _Ways,
    known_of: Facts, shelf: Shelf, held: Sequence[ir.Table],
) -> Campaigns:  # fmt: skip
    overview = _overview(units, ways, known_of.people if tables.has("customers", "customer_id") else None)
    table = listed.list.merge(overview, on="code", how="left")
    known = {one.column: table[f"known_{one.column}"].fillna(0) > 0 for one in ways.outcomes}
    answered = np.any(list(known.values()), axis=0) if known else np.zeros(len(table), dtype=bool)
    open_ = (table["reason"] == "") & ~answered
    table.loc[open_, "reason"] = "no_start"
    table.loc[(table["reason"] == "") & ~(table["over"] > 0), "reason"] = "not_over"
    codes = table.loc[(table["reason"] == "") & (table["kind"] == "randomised"), "code"]
    before = before_columns(
        has_orders=knows_orders(tables), has_visits=knows_visits(tables),
        knows_days=tables.has("customers", "signed_up_at") or knows_orders(tables),
    )  # fmt: skip
    columns = summed_columns(ways.outcomes, before)
    counted = _counted(units, table[table["code"].isin(codes)], ways.outcomes)
    sums = with_sums(counted, ways.outcomes, columns, parameters.winsorise)
    by_cluster = None
    if ways.cluster_table:
        by_cluster = with_sums(counted, ways.outcomes, columns, parameters.winsorise, ("code", "arm", "cluster"))
    inside = sums.groupby("code")["n"].sum()
    table["unanswered"] = (table["finished"] - table["code"].map(inside)).fillna(0).clip(lower=0).astype(int)
    table.loc[~table["code"].isin(codes), "unanswered"] = 0
    return Campaigns(
        list=table.reindex(columns=list(LIST)), arms=listed.arms.reindex(columns=list(ARMS)),
        outcomes=ways.outcomes, main=ways.main, units=units, sums=sums, columns=columns, groups=ways.groups,
        cluster_sums=by_cluster, unit=parameters.unit, margin=ways.margin, has_orders=knows_orders(tables),
        has_visits=knows_visits(tables), unassigned=listed.unassigned, facts=known_of,
        shelf=shelf, held=(*held,),
    )  # fmt: skip


def _overview(units: ir.Table, ways: _Ways, people: ir.Table | None) -> pd.DataFrame:
    """Of each campaign: over (share), finished, strangers, clusters, clusters_in_two_arms, known_<outcome>.

    people: of `Facts`; None where the client has no list of customers.
    """
    rows = units.mutate(listed=ibis.literal(1, "int8"))
    if people is not None:
        rows = units.left_join(people.select("listed", of="person_id"), [("person_id", "of")]).drop("of")
    known = {f"known_{one.column}": rows[one.column].count() for one in ways.outcomes}
    over, strange = rows.over.ifelse(1, 0), (rows.listed.fill_null(0) == 0).ifelse(1, 0)
    found: pd.DataFrame = (
        rows.group_by("code")
        .aggregate(over=over.cast("float64").mean(), finished=over.sum(), strangers=strange.sum(), **known)
        .to_pandas()
    )
    found["clusters"], found["clusters_in_two_arms"] = np.nan, np.nan
    if ways.cluster_table:
        each = units.group_by("code", "cluster").aggregate(first=units.arm.min(), last=units.arm.max())
        counted = each.group_by("code").aggregate(
            n=each.count(), two=(each["first"] != each["last"]).ifelse(1, 0).sum()
        )
        frame = counted.to_pandas().set_index("code")
        found["clusters"] = found["code"].map(frame["n"])
        found["clusters_in_two_arms"] = found["code"].map(frame["two"])
    return found


def _counted(units: ir.Table, table: pd.DataFrame, outcomes: Sequence[Outcome]) -> ir.Table:
    """The units that count: of these campaigns, the window over, with every outcome that their campaign knows."""
    rows = units.filter(units.code.isin([int(code) for code in table["code"]]), units.over)
    for one in outcomes:
        unknown = [int(code) for code in table.loc[~(table[f"known_{one.column}"] > 0), "code"]]
        is_known = rows[one.column].notnull()
        rows = rows.filter(is_known | rows.code.isin(unknown) if unknown else is_known)
    return rows
