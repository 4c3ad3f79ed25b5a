"""Two runs of a report side by side: which findings are new, gone or moved, and what made them so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from customer_analytics.analysis.changes.causes import Cause, causes
from customer_analytics.analysis.changes.difference import Difference, Estimate, difference, false_discovery
from customer_analytics.analysis.changes.told import State, Told

SURE = 0.05  # share of false ones among all that are called moved in a run
REPORTS = 10  # a run's reports share it, so that each report can be judged by itself
LEVEL = SURE / REPORTS
# Whole numbers in these units count no people.
_NO_PEOPLE = frozenset(
    {
        "days", "seconds", "hours", "weeks", "months", "reports", "tags", "rules", "columns", "campaigns", "arms",
        "items", "bundles", "money", "share", "rate", "times", "ratio", "points", "points_as_fraction",
    }
)  # fmt: skip


class Kind(StrEnum):
    """What became of a finding or a number, most telling first."""

    MOVED = "moved"
    NEW = "new"
    GONE = "gone"
    CAUSED = "cause"  # the same data, told otherwise: by a definition or a version
    UNTESTED = "untested"  # it differs, and nothing says whether beyond chance
    SAME = "same"  # no difference beyond chance


@dataclass(frozen=True)
class Row:
    """A finding in both runs, or in one. `hidden`: the difference is of so few people that no number is told.

    `why`: of an untested one: no_interval, subject (it names others than before), language (so it may), unit.
    `q`: false discovery rate, where there is a `difference`.
    """

    id: str
    kind: Kind
    before: Told | None
    now: Told | None
    difference: Difference | None = None
    q: float | None = None
    moved: bool = False
    hidden: bool = False
    why: str = ""

    @property
    def told(self) -> Told:
        """The newer of the two."""
        found = self.now or self.before
        if found is None:
            raise ValueError(f"{self.id} is in neither run")
        return found


@dataclass(frozen=True)
class Comparison:
    """A report against its earlier self. `level`: what the smallest p has to be below to count as moved."""

    report: str
    before: State
    now: State
    causes: tuple[Cause, ...]
    rows: tuple[Row, ...]
    metrics: tuple[Row, ...]
    same_data: bool

    @property
    def forbidding(self) -> tuple[Cause, ...]:
        """The causes that change what the numbers mean."""
        return tuple(cause for cause in self.causes if cause.forbids)

    @property
    def tested(self) -> int:
        """How many figures of findings were tested."""
        return sum(row.difference is not None for row in self.rows)

    @property
    def strictest(self) -> float:
        """The level at which a single moved figure among those tested is called so."""
        return LEVEL / max(self.tested, 1)

    def count(self, kind: Kind) -> int:
        """Findings of one kind."""
        return sum(row.kind is kind for row in self.rows)


def compare(before: State, now: State) -> Comparison:
    """Compare a report with an earlier one of the same kind about the same customers."""
    found = tuple(causes(before.basis, now.basis))
    same_data = all(before.basis[name] == now.basis[name] for name in ("fingerprint", "as_of", "subset"))
    judge = _Judge(before, now, any(cause.forbids for cause in found), same_data)
    rows = [judge.row(*pair) for pair in matched(before.findings, now.findings)]
    metrics = [judge.metric(name) for name in _names(before, now)]
    return Comparison(now.report, before, now, found, _ordered(_tested(rows)), _ordered(_tested(metrics)), same_data)


def matched(before: Sequence[Told], now: Sequence[Told]) -> list[tuple[Told | None, Told | None]]:
    """Pairs by id and by whom their headings name; a finding that names others is gone, and a new one came.

    Across languages names differ, so there the id alone makes a pair where it is the only one of its kind.
    """
    pairs: list[tuple[Told | None, Told | None]] = []
    left = list(before)
    for each in now:
        alike = [old for old in left if old.id == each.id and _may_be_one(old, each)]
        partner = max(alike, key=lambda old: (old.named == each.named, old.about == each.about), default=None)
        partner = partner or _across(each, left, now)
        if partner is not None:
            left.remove(partner)
        pairs.append((partner, each))
    return pairs + [(old, None) for old in left]


def _may_be_one(old: Told, new: Told) -> bool:
    """Whether the headings name somebody in common, or one of them nobody."""
    return not old.named or not new.named or bool(old.named & new.named)


def _across(each: Told, left: Sequence[Told], now: Sequence[Told]) -> Told | None:
    others = [old for old in left if old.id == each.id]
    alone = len(others) == 1 and sum(one.id == each.id for one in now) == 1
    return others[0] if alone and others[0].language != each.language else None


@dataclass(frozen=True)
class _Judge:
    before: State
    now: State
    forbidden: bool
    same_data: bool

    def row(self, old: Told | None, new: Told | None) -> Row:
        if old is None or new is None:
            return self._one_sided(old, new)
        row = self._judged(new.id, old.estimate, new.estimate)
        if old.about != new.about:  # in two languages: perhaps of two things
            why = "subject" if old.language == new.language else "language"
            row = replace(row, kind=Kind.UNTESTED, difference=None, why=why)
        return replace(row, before=old, now=new)

    def metric(self, name: str) -> Row:
        row = self._judged(name, self.before.interval_of(name), self.now.interval_of(name))
        sides = [Told(name, name, "", state.interval_of(name)) for state in (self.before, self.now)]
        return replace(row, before=sides[0], now=sides[1])

    def _one_sided(self, old: Told | None, new: Told | None) -> Row:
        """New or gone. Where a metric of the other run holds the same figure, the two are tested all the same."""
        told, own, other = (new, self.now, self.before) if new is not None else (old, self.before, self.now)
        if told is None:
            raise ValueError("a finding is in one run at least")
        found = None
        name = own.metric_of(told.estimate)
        if name in other.metrics and name is not None and not self.forbidden and not self.same_data:
            held = other.interval_of(name)._replace(unit=told.estimate.unit)
            sides = (held, told.estimate) if new is not None else (told.estimate, held)
            found = difference(*sides)
        return Row(told.id, Kind.NEW if new is not None else Kind.GONE, old, new, found)

    def _judged(self, name: str, old: Estimate, new: Estimate) -> Row:
        if old.unit != new.unit:
            return Row(name, Kind.UNTESTED, None, None, why="unit")
        if _equal(old.value, new.value):
            found = None if self.forbidden or self.same_data else difference(old, new)
            return Row(name, Kind.SAME, None, None, found)
        hidden = self._few(old, new)
        if self.forbidden or self.same_data:
            return Row(name, Kind.CAUSED, None, None, hidden=hidden)
        found = difference(old, new)
        if found is None:
            return Row(name, Kind.UNTESTED, None, None, hidden=hidden, why="no_interval")
        return Row(name, Kind.SAME, None, None, found, hidden=hidden)

    def _few(self, old: Estimate, new: Estimate) -> bool:
        """Whether the difference of two counts would tell of fewer people than may be shown."""
        if old.value is None or new.value is None or old.unit in _NO_PEOPLE:
            return False
        if not (old.value.is_integer() and new.value.is_integer()):
            return False
        least = max(int(state.basis["settings"]["minimum_group"]) for state in (self.before, self.now))
        return 0 < abs(new.value - old.value) < least


def _tested(rows: Sequence[Row]) -> list[Row]:
    """The rows with their false discovery rates, and moved where that is below the level."""
    places = [place for place, row in enumerate(rows) if row.difference is not None]
    differences = [row.difference for row in rows if row.difference is not None]
    judged = list(rows)
    for place, q in zip(places, false_discovery([each.p for each in differences]), strict=True):
        moved = q <= LEVEL
        kind = Kind.MOVED if moved and judged[place].kind is Kind.SAME else judged[place].kind
        judged[place] = replace(judged[place], q=q, moved=moved, kind=kind)
    return judged


def _ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    order = {kind: place for place, kind in enumerate(Kind)}
    return tuple(sorted(rows, key=lambda row: (order[row.kind], 1.0 if row.q is None else row.q)))


def _names(before: State, now: State) -> list[str]:
    """The metrics that both runs have, without the ends of intervals."""
    return [name for name in now.metrics if name in before.metrics and not _is_end(name, now.metrics)]


def _is_end(name: str, metrics: Mapping[str, float]) -> bool:
    return any(name.endswith(end) and name.removesuffix(end) in metrics for end in ("_low", "_high", ".low", ".high"))


def _equal(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)


def totals(comparisons: Iterable[Comparison]) -> dict[str, int]:
    """How many findings of each kind there are over several reports."""
    counted = Counter(row.kind for comparison in comparisons for row in comparison.rows)
    return {kind.value: counted[kind] for kind in Kind}
