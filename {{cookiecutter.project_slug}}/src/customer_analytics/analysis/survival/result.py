"""How long people stay, who stays longer, where they fall away at once, and how to read a change: one typed result."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.retention.result import EPOCH, RetentionResult
from customer_analytics.analysis.retention.silence import Silence
from customer_analytics.analysis.survival import ages as by_ages
from customer_analytics.analysis.survival import reading as readings
from customer_analytics.analysis.survival import release as releases
from customer_analytics.analysis.survival.ages import Ages
from customer_analytics.analysis.survival.blocks import BLOCKS, block
from customer_analytics.analysis.survival.cliffs import Cliffs, age_table, find_cliffs
from customer_analytics.analysis.survival.comparison import Comparison, compare, together
from customer_analytics.analysis.survival.contracts import Contracts, contract_survival
from customer_analytics.analysis.survival.estimate import Curve, kaplan_meier
from customer_analytics.analysis.survival.lives import Judged, life_counts
from customer_analytics.analysis.survival.reading import Reading
from customer_analytics.analysis.survival.release import Release
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.tables.store import Tables

MOST_COLUMNS = 8  # columns compared, in their stated order
CONTRACT_COLUMNS = ("acquisition_channel", "region")
_DAY = "int32"
_PLACE = "reports.retention.release_for"


@dataclass(frozen=True)
class Origin:
    """What age is counted from: "registration" or "start" (the start of the retention report). `first`: day number from
    which beginners are known to be new; `dropped`: people left out because they began before it."""

    kind: str
    first: int
    dropped: int


@dataclass(frozen=True)
class StayingResult:
    """Everything on staying.

    `lives` (Ibis, materialised): person_id, origin, last_day (day numbers), block (of people, for errors) and the
    attributes of the retention result.
    `curve` and `comparisons` are empty where no silence is known that means leaving; `ages`: activity by age with the
    calendar taken out (columns as cliffs.age_table); `groups_tested`: columns whose groups were compared.
    """

    retention: RetentionResult
    lives: ir.Table
    origin: Origin
    silence: Silence | None
    judged: Judged | None
    curve: Curve | None
    comparisons: tuple[Comparison, ...]
    age_unit: int
    ages: pd.DataFrame
    cliffs: Cliffs
    reading: Reading
    release: Release | None
    contracts: Contracts | None

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.retention.parameters.minimum_base

    def comparison(self, column: str) -> Comparison | None:
        """The comparison of a column's groups, where there is one."""
        return next((each for each in self.comparisons if each.column == column), None)


def analyse(tables: Tables, retention: RetentionResult) -> StayingResult:
    """Analyse staying from the people and the active days of the retention result.

    Raises:
        UserError: `release_for` names a column or value that is not there.
    """
    definition, parameters = retention.definition, retention.parameters
    end = definition.end - 1
    lives, origin = _lives(tables, retention)
    silence = retention.silence
    judged: Judged | None = None
    curve: Curve | None = None
    comparisons: tuple[Comparison, ...] = ()
    minimum = parameters.minimum_base
    if silence is not None:
        counts, judged = life_counts(lives, end, silence.days, origin.first)
        curve = kaplan_meier(counts) if judged.people >= minimum else None
        found = [
            compare(column, life_counts(lives, end, silence.days, origin.first, column)[0], minimum)
            for column in retention.attributes[:MOST_COLUMNS]
        ]
        comparisons = together([each for each in found if each is not None])
    counted, unit = _ages(retention, lives, origin)
    return StayingResult(
        retention=retention, lives=lives, origin=origin, silence=silence, judged=judged, curve=curve,
        comparisons=comparisons, age_unit=unit, ages=age_table(counted),
        cliffs=find_cliffs(counted, minimum, parameters.seed), reading=_reading(retention, lives, origin),
        release=_release(retention, lives, origin),
        contracts=contract_survival(tables, end, CONTRACT_COLUMNS, minimum),
    )  # fmt: skip


def _lives(tables: Tables, retention: RetentionResult) -> tuple[ir.Table, Origin]:
    """People with the day that their age is counted from.

    A registration is older than the first activity in the data for everybody who was there before the data begin: it
    gives them their true age, and lets those be left out whose first weeks nobody saw.
    """
    people, definition = retention.people, retention.definition
    attributes = retention.attributes[:MOST_COLUMNS]
    if definition.start == "first_activity" and tables.has("customers", "customer_id", "signed_up_on"):
        own = tables["customers"]
        registered = own.filter(own.signed_up_on.notnull()).select(
            person_id=own.customer_id, registered=own.signed_up_on.epoch_days().cast(_DAY)
        )
        known = people.left_join(registered, "person_id")
        origin = ibis.least(ibis.coalesce(known.registered, known.first_day), known.first_day).cast(_DAY)
        lives = known.select(
            "person_id", "last_day", *attributes, origin=origin, is_known=known.registered.notnull(),
            block=block(known.person_id, BLOCKS),
        )  # fmt: skip
        lives = lives.cache()
        row = lives.aggregate(n=lives.count(), known=lives.is_known.ifelse(1, 0).sum()).to_pandas().iloc[0]
        if row["n"] and row["known"] >= row["n"] / 2:
            return lives, Origin("registration", definition.first_day, _before(lives, definition.first_day))
    lives = people.select(
        "person_id", "last_day", *attributes, origin=people.start_day.cast(_DAY), block=block(people.person_id, BLOCKS)
    ).cache()
    before = _before(lives, definition.truncated_until)
    enough = before <= retention.size / 2 and definition.start == "first_activity"
    first = definition.truncated_until if enough else definition.first_day
    return lives, Origin("start", first, before if enough else _before(lives, first))


def _before(lives: ir.Table, first: int) -> int:
    return int(lives.filter(lives.origin < first).count().to_pandas())


def _ages(retention: RetentionResult, lives: ir.Table, origin: Origin) -> tuple[Ages, int]:
    """Activity by age of those who began within the data: of people from before, only those are in them who stayed."""
    first, end = retention.definition.first_day, retention.definition.end - 1
    unit = by_ages.unit_of(end - first + 1)
    seen = lives.filter(lives.origin >= origin.first)
    cells, began = by_ages.active_cells(retention.days, seen, unit, first, end), by_ages.beginnings(seen)
    return by_ages.by_age(cells, began, first, end, unit), unit


def _reading(retention: RetentionResult, lives: ir.Table, origin: Origin) -> Reading:
    end, parameters = retention.definition.end - 1, retention.parameters
    unit = readings.unit_for(end - origin.first + 1)
    known = lives.filter(lives.origin >= origin.first)
    cells = by_ages.active_cells(retention.days, known, unit, origin.first, end)
    began = by_ages.beginnings(known)
    calendar, intake = readings.effects(cells, began, origin.first, end, unit)
    column = next((name for name in ("channel", "campaign", "region") if name in retention.attributes), None)
    mix = None
    if column is not None:
        counts = readings.early_returns(retention.days, lives, column, unit, origin.first, end)
        mix = readings.split_change(column, counts, unit, origin.first, end, parameters.minimum_base, parameters.seed)
    return Reading(unit, calendar, intake, mix)


def _release(retention: RetentionResult, lives: ir.Table, origin: Origin) -> Release | None:
    """The comparison around the release with the longest return days that give enough people; None without one."""
    parameters, end = retention.parameters, retention.definition.end - 1
    treated = _treated(retention, lives)
    if parameters.release is None:
        return None
    day = (parameters.release - EPOCH).days
    for within in releases.RETURN_DAYS:
        window = releases.windows(day, origin.first, end, within)
        if not window:
            continue
        counts = releases.return_counts(retention.days, lives, day, within, window, treated)
        found = releases.compare_release(
            counts, day, within, window, has_control=treated is not None, minimum=parameters.minimum_base
        )
        if found is not None:
            return found
    return None


def _treated(retention: RetentionResult, lives: ir.Table) -> ir.BooleanValue | None:
    """Whether the release was for each person; None where it was for everybody."""
    wanted = retention.parameters.release_for.strip()
    if not wanted:
        return None
    column, equals, value = (part.strip() for part in wanted.partition("="))
    here = retention.attributes[:MOST_COLUMNS]
    if not equals or not value or column not in here:
        meant = nearest(column, here)
        hint = f"Did you mean {meant!r}? " if meant else ""
        what = f"{wanted!r} names no column of these people and its value."
        mend = f"{hint}Write column = value. Available: {', '.join(here) or 'none'}."
        raise UserError([Problem(_PLACE, what, mend)])
    value = value.strip("'\"")
    known = lives.filter(lives[column].cast("string") == value).count().to_pandas()
    if not known:
        raise UserError([Problem(_PLACE, f"nobody has this value as {column}.", "Write it as the data have it.")])
    treated: ir.BooleanValue = lives[column].cast("string") == value
    return treated
