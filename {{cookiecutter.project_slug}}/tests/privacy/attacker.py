"""Somebody who has everything a run published and wants to know something of few people.

The attacker knows what the words in the headings mean and that parts add up, and nothing of how numbers are hidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

IDS = {"customer_id", "visitor_id", "userId", "external_id"}
# Headings that count people wherever they stand.
PEOPLE = {
    "customers", "people", "buyers", "repeat_buyers", "size", "eligible", "active", "unbounded", "on_or_before",
    "continued", "previous", "so_far", "returning", "resurrecting", "dormant", "dau", "wau", "mau", "recent_active",
    "earlier_active", "recent_eligible", "earlier_eligible", "retained", "settled_eligible", "repeated", "at_risk",
    "converters", "responders", "contacted", "n", "n_control", "n_others", "other_people", "found", "no_consent",
    "consent_unknown", "unsubscribed", "customers_together", "customers_earlier", "customers_now",
    "customers_today", "held_out", "mature", "stayed", "observed_people", "costed", "people_other",
    "people_earlier", "people_lately", "people_left", "treated_stayed", "control_stayed", "n_earlier", "n_now",
    "cases", "gone", "entered_here", "reached_so_far", "immature", "lost_with", "went_on_with", "lost", "went_on",
    "drift_down", "drift_out", "up", "level", "down", "out", "base", "returned", "taken", "units", "in_two_arms",
    "without_arm", "unanswered", "shared", "unknown_customers", "flagged", "false_alarms", "missed", "due", "ended",
    "customers_left", "came", "left", "selected", "control", "customers_both",
}  # fmt: skip
# Where the same words count something else: moves, visits, silences, columns of the data, days.
NOT_PEOPLE = {
    "data_audit": {"level", "shared"},  # identifiers
    "basket_rules": {"units", "size"},
    "churn/silence": {"silences", "people"},  # the rate is of silences
    "funnel/transitions": {"moves", "back"},
    "funnel/places": {"reached", "ended"},
    "funnel/entries": {"reached", "ended"},
    "funnel/paths": {"reached"},
    "campaign_evaluation/interactions": {"level", "levels"},
    "campaign_evaluation/effects_by_group": {"level"},
    "campaign_evaluation/channel_cohorts": set(),
}
# A smaller number of people and the larger one that it is a part of: what is left over are people too.
PARTS = (
    ("active", "eligible"), ("unbounded", "eligible"), ("on_or_before", "eligible"), ("continued", "previous"),
    ("previous", "size"), ("so_far", "size"), ("recent_active", "recent_eligible"), ("retained", "people"),
    ("earlier_active", "earlier_eligible"), ("repeated", "eligible"), ("returned", "at_risk"), ("taken", "base"),
    ("buyers", "customers"), ("returned", "base"), ("active", "people"), ("gone", "people"), ("left", "people"),
    ("left", "n"), ("came", "people"), ("repeat_buyers", "buyers"), ("again", "people"), ("again", "buyers"),
    ("stayed", "mature"), ("mature", "customers"), ("treated_stayed", "treated_n"), ("control_stayed", "control_n"),
    ("reached_now", "n_now"), ("reached_earlier", "n_earlier"), ("dau", "wau"), ("wau", "mau"), ("new", "dau"),
    ("active", "unbounded"), ("active", "on_or_before"), ("events", "base"), ("converted", "entered"),
    ("reached", "entered"), ("reached", "n"), ("selected", "customers"), ("control", "customers"), ("kept", "n"),
    ("conversions", "journeys"), ("nulls", "journeys"), ("settled_eligible", "eligible"), ("matched", "scored"),
)  # fmt: skip
# A share and the people it is of: the product counts people.
SHARES = (
    ("rate", "eligible"), ("rate", "base"), ("rate", "customers"), ("rate", "at_risk"), ("bounded", "eligible"),
    ("unbounded_rate", "eligible"), ("on_or_before_rate", "eligible"), ("unbounded", "eligible"), ("observed", "n"),
    ("observed", "eligible"), ("rate", "entered"), ("rate", "n"), ("recent_rate", "recent_eligible"),
    ("rate", "people"), ("rate_now", "n_now"), ("rate_earlier", "n_earlier"), ("continued_rate", "previous"),
    ("coverage", "customers"),
)  # fmt: skip
ACTS = ("funnel/dropoff_drivers", "funnel/dropoff_prizes", "funnel/fix_portfolio")  # visits
# Each row's people are those of the row before without some, or with some more.
STEPS = {
    "retention/day_curve": ("eligible", "unbounded"), "retention/retention_curve": ("eligible",),
    "retention/brackets": ("eligible",), "retention/headline": ("eligible",), "retention/repurchase": ("eligible",),
    "retention/value_to_day": ("eligible",), "retention/projection": ("eligible",),
    "retention/contracts": ("eligible",), "funnel/steps": ("reached",), "rfm/repeat_ladder": ("base",),
}  # fmt: skip
CURVES = {
    "retention/survival": "group", "retention/contracts_survival": "group", "churn/survival": "population group",
}  # fmt: skip
# Rows that add up: table, column, and within which columns; the sum is told as this metric, or by this table.
SUMS = (
    ("rfm/segments", "customers", "customers"), ("rfm/eight_types", "customers", "customers"),
    ("rfm/classes", "customers", "customers"), ("rfm/grid", "customers", "customers"),
    ("rfm/budget", "customers", "customers"), ("rfm/value_segments", "customers", "customers"),
    ("rfm/lifecycle_stages", "customers", "customers"), ("rfm/lifecycle_phases", "customers", "customers"),
    ("retention/activity", "new", "people"),
)  # fmt: skip
Leak = tuple[str, str]  # where, what follows


def leaks(run: Path, k: int) -> list[Leak]:
    """Every number of 1 to k - 1 people that stands in a run, or follows from what stands in it."""
    found: list[Leak] = []
    for report in sorted(path.parent for path in run.rglob("metrics.json")):
        tables = {f"{report.name}/{path.stem}": pd.read_csv(path) for path in report.glob("tables/*.csv")}
        tables = {name: table for name, table in tables.items() if not IDS & set(table.columns) and len(table)}
        metrics = json.loads((report / "metrics.json").read_text(encoding="utf-8"))
        for name, table in tables.items():
            found += [(name, what) for what in _in_rows(name, table, k)]
        found += _along(tables, k)
        found += _by_difference(tables, metrics, k)
        if report.name == "rfm":
            found += _by_equations(tables, metrics, k)
        if report.name == "retention":
            found += _of_periods(tables, k)
        found += [(f"{report.name}/metrics.json", f"{name} = {value}") for name, value in metrics.items()
                  if _counts_people(name) and isinstance(value, int) and 0 < value < k]  # fmt: skip
    for page in sorted(run.glob("*.html")):
        found += [(page.name, what) for what in _on_page(page.read_text(encoding="utf-8"), k)]
    return found


def _counts_people(metric: str) -> bool:
    start, _, last = metric.rpartition(".")
    if start in ("rows", "rows_in", "rows_set_aside", "duplicate_rows", "orphans", "missing"):
        return False
    return last in {"customers", "people", "buyers"} or metric in {"dau", "wau", "mau", "active"} or (
        metric.startswith("active.") and metric != "active.rate"
    )  # fmt: skip


def _in_rows(name: str, table: pd.DataFrame, k: int) -> Iterator[str]:
    report = name.partition("/")[0]
    acts = NOT_PEOPLE.get(name, set()) | NOT_PEOPLE.get(report, set())
    if name in ACTS:
        return
    numbers = {c: pd.to_numeric(table[c], errors="coerce") for c in table if table[c].dtype != bool}
    for column in PEOPLE & set(numbers) - acts:
        small = numbers[column][(numbers[column] > 0) & (numbers[column] < k)]
        if len(small) and (small == small.round()).all():
            yield f"{column} = {small.iloc[0]:.0f} ({len(small)} times)"
    for part, whole in PARTS:
        if part in numbers and whole in numbers and not {part, whole} & acts:
            left = numbers[whole] - numbers[part]
            if ((left > 0) & (left < k)).any():
                yield f"{whole} - {part} = {left[(left > 0) & (left < k)].iloc[0]:.0f}"
    for share, whole in SHARES:
        if share in numbers and whole in numbers and whole not in acts and _is_share(numbers[share]):
            product = numbers[share] * numbers[whole]
            exact = (product - product.round()).abs() < 1e-6
            small = product[exact & (product > 0.5) & (product < k - 0.5)]
            if len(small):
                yield f"{share} x {whole} = {small.iloc[0]:.0f}"


def _is_share(values: pd.Series) -> bool:
    known = values.dropna()
    return bool(len(known)) and bool(known.between(0, 1).all())


def _along(tables: dict[str, pd.DataFrame], k: int) -> Iterator[Leak]:
    for name in STEPS.keys() & tables.keys():
        for column in STEPS[name]:
            known = pd.to_numeric(tables[name][column], errors="coerce").dropna()
            step = known.diff().abs()
            if ((step > 0) & (step < k)).any():
                yield name, f"{column} of two rows differ by {step[(step > 0) & (step < k)].iloc[0]:.0f}"
            for part, share in (("active", "rate"), ("unbounded", "unbounded_rate"), ("taken", "rate")):
                if {part, share} <= set(tables[name]) and column in ("eligible", "base"):
                    own = tables[name][tables[name][column].isna()]
                    whole = own[part] / own[share]
                    if ((whole - whole.round()).abs() < 1e-6).any():
                        yield name, f"{column} = {part} / {share}"
    for name in CURVES.keys() & tables.keys():
        for _, own in tables[name].groupby(CURVES[name].split()):
            risk, stay = own["at_risk"].to_numpy(float), own["survival"].to_numpy(float)
            with np.errstate(divide="ignore", invalid="ignore"):
                left = risk[:-1] * (1 - stay[1:] / stay[:-1])
            gone = risk[:-1] - risk[1:]
            if ((left > 0.6) & (left < k - 0.6)).any() or ((gone > 0) & (gone < k)).any():
                yield name, f"few left between two points of {own.iloc[0, 0]}"


def _by_difference(tables: dict[str, pd.DataFrame], metrics: dict[str, float], k: int) -> Iterator[Leak]:
    for name, column, metric in SUMS:
        if name in tables and metrics.get(metric) is not None and tables[name][column].isna().any():
            rest = metrics[metric] - tables[name][column].sum()
            if 0 < rest < k:
                yield name, f"all less those shown = {rest:.0f}"
    for start in ("segment.", "stage.", "phase."):
        own = [value for name, value in metrics.items() if name.startswith(start) and name.endswith(".customers")]
        if None in own and metrics.get("customers"):
            rest = metrics["customers"] - sum(value for value in own if value)
            if 0 < rest < k:
                yield "metrics.json", f"all less those shown of {start} = {rest}"


def _of_periods(tables: dict[str, pd.DataFrame], k: int) -> Iterator[Leak]:
    table = tables.get("retention/activity")
    if table is not None:
        parts = table[["new", "returning", "resurrecting"]]
        rest = table["active"] - parts.sum(axis=1, skipna=True)
        if ((rest > 0) & (rest < k) & parts.isna().any(axis=1)).any():
            yield "retention/activity", "active less the parts shown"
        rest = table["active"].shift(1) - table["returning"]
        if ((rest > 0) & (rest < k)).any():
            yield "retention/activity", "active before less returning"
        rest = table["active"].shift(1) - table["dormant"]
        if ((rest > 0) & (rest < k)).any():
            yield "retention/activity", "active before less dormant"
    table, curve = tables.get("retention/cohorts"), tables.get("retention/retention_curve")
    if table is not None and curve is not None:
        curve = curve.set_index("period")
        for column, mean in (("active", "bounded"), ("unbounded", "unbounded")):
            total = curve[mean] * curve["eligible"]
            complete = table[table["complete"].astype(bool)]
            shown = complete.groupby("period")[column].sum()
            rest = (total - shown).dropna()
            rest = rest[(rest > 0.5) & (rest < k - 0.5) & ((rest - rest.round()).abs() < 1e-6)]
            if len(rest):
                yield "retention/cohorts", f"all cohorts' {column} less those shown = {rest.iloc[0]:.0f}"


def _by_equations(tables: dict[str, pd.DataFrame], metrics: dict[str, float], k: int) -> Iterator[Leak]:
    """The tables of segments as one system of equations: which hidden number has one solution only, and a small one?"""
    names: dict[tuple[str, ...], int] = {}
    rows: list[dict[tuple[str, ...], float]] = []
    sums: list[float] = []

    def equal(terms: dict[tuple[str, ...], float], total: float) -> None:
        rows.append(terms)
        sums.append(total)
        for term in terms:
            names.setdefault(term, len(names))

    def cell(key: tuple[str, ...], value: float) -> None:
        names.setdefault(key, len(names))
        if not np.isnan(value):
            equal({key: 1.0}, value)

    segments, grid = tables.get("rfm/segments"), tables.get("rfm/grid")
    moves, cells = tables.get("rfm/moves"), tables.get("rfm/transitions")
    if segments is None:
        return
    for row in segments.itertuples():
        cell(("segment", row.segment), row.customers)
    equal({("segment", name): 1.0 for name in segments["segment"]}, metrics["customers"])
    if grid is not None:
        for row in grid.itertuples():
            cell(("grid", str(row.r5), str(row.fm5)), row.customers)
        parts = grid.groupby("segment") if "segment" in grid else ()
        for segment, own in parts:
            terms = {("grid", str(row.r5), str(row.fm5)): 1.0 for row in own.itertuples()}
            equal({**terms, ("segment", str(segment)): -1.0}, 0.0)
    if moves is not None and cells is not None:
        states = set(moves["segment"])
        for row in cells.itertuples():
            cell(("move", row.earlier, row.now), row.customers)
        for row in moves.itertuples():
            cell(("earlier", row.segment), row.customers)
            for way in ("up", "level", "down", "out"):
                cell(("way", row.segment, way), getattr(row, way))
            equal({**{("way", row.segment, way): 1.0 for way in ("up", "level", "down", "out")},
                   ("earlier", row.segment): -1.0}, 0.0)  # fmt: skip
            own = cells[cells["earlier"] == row.segment]
            if len(own):
                equal({**{("move", row.segment, now): 1.0 for now in own["now"]}, ("earlier", row.segment): -1.0}, 0.0)
            if (row.segment in set(own["now"])) and row.segment in states:
                equal({("move", row.segment, row.segment): 1.0, ("way", row.segment, "level"): -1.0}, 0.0)
    matrix = np.zeros((len(rows), len(names)))
    for place, terms in enumerate(rows):
        for term, factor in terms.items():
            matrix[place, names[term]] = factor
    shown = {next(iter(terms)) for terms in rows if len(terms) == 1}
    for term, column in names.items():
        if term in shown:
            continue
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(names))
            goal[column] = sign
            solved = linprog(goal, A_eq=matrix, b_eq=np.array(sums), bounds=(0, None), method="highs")
            ends.append(sign * solved.fun if solved.status == 0 else np.nan)
        low, high = ends
        if np.ceil(low - 1e-6) == np.floor(high + 1e-6) and 0 < round(low) < k:
            yield "rfm, equations", f"{' '.join(term)} can only be {round(low)}"


class _Cells(HTMLParser):
    """Cells of the page's tables with their heading."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, str, str]] = []  # heading, shown, sort key
        self._open: list[str] | None = None
        self._label = self._key = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            known = dict(attributes)
            self._open, self._label, self._key = [], known.get("data-label") or "", known.get("data-key") or ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._open is not None:
            self.cells.append((self._label, "".join(self._open).strip(), self._key))
            self._open = None


HEADINGS = re.compile(
    r"(customers|people|buyers|active|returning|resurrecting|dormant|new|lost here|still under way|reached|gone|left|"
    r"control group|to contact|who agreed|stayed)( \(.*\))?|.*\b(customers|people)$",
    re.I,
)


def _on_page(html: str, k: int) -> Iterator[str]:
    reader = _Cells()
    reader.feed(html)
    for heading, shown, key in reader.cells:
        if not HEADINGS.fullmatch(heading.strip()) or heading.lower().startswith("share"):
            continue
        for text in (shown, key):
            if re.fullmatch(r"\d+(\.0+)?", text) and 0 < float(text) < k:
                yield f"{heading}: {text}"
