"""What changed: two periods, mix and rate, and odd days."""

from __future__ import annotations

import datetime as dt
import math

from customer_analytics.analysis.dropoff.change import EPOCH, Change
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.groups import (
    counted,
    found,
    how,
    passage,
    points_cell,
    property_of,
    records,
    share_cell,
)
from customer_analytics.narrative.funnel.view import View

MOSTLY = 0.5  # share of a change that another mix must carry to be called its reason


def has_change(view: View) -> bool:
    """Whether two periods can be compared."""
    return view.enough and view.dropoff is not None and view.dropoff.change is not None


def change_section(view: View) -> SectionWords:
    """Opening: which days are compared; or why none are."""
    say, language = view.language.say, view.language
    change = view.dropoff.change if view.dropoff is not None else None
    if change is None:
        return SectionWords(
            say("What changed"), "change",
            say("Not estimable: the data do not hold two periods of equal length with enough entries."),
        )  # fmt: skip
    return SectionWords(
        say("What changed"), "change",
        say(
            "Entries from {middle} to {last} against those of the {days} days before. All had the same time to go on.",
            middle=language.date(change.middle), last=language.date(change.last), days=language.number(change.days),
        ),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The steps in both periods, the split of the change, the odd days: those that there are."""
    if not view.enough or view.dropoff is None:
        return []
    compared = [change_table(view), split_table(view)] if has_change(view) else []
    return [one for one in (*compared, days_table(view)) if one is not None]


def change_table(view: View) -> TableWords:
    """One row a step: rate then and now, change with interval, p; the last row is the whole way."""
    say, language, change = view.language.say, view.language, _change(view)
    rows: list[Row] = []
    for row in records(change.table):
        step = int(row["step"])
        name = passage(view, step) if step else say("Entry to “{last}”", last=view.step(view.steps))
        rows.append(
            (
                (name, None),
                share_cell(view, float(row["rate_earlier"]), int(row["n_earlier"])),
                share_cell(view, float(row["rate_now"]), int(row["n_now"])),
                points_cell(view, float(row["change"]), float(row["low"]), float(row["high"])),
                (language.number(float(row["p_adjusted"]), 3), float(row["p_adjusted"])),
            )
        )
    return TableWords(
        (
            (say("Step"), "name"),
            (say("Before"), "number"),
            (say("Now"), "number"),
            (say("Change in points (interval)"), "number"),
            (say("p, corrected"), "number"),
        ),
        tuple(rows),
        say("Each step in both periods"),
        how(
            view,
            (say("p, corrected"), say("Holm over the steps; the last row is not part of that family")),
            (say("Interval"), say("Newcombe, confidence {level}", level=language.percent(0.95))),
        ),
        file="funnel_change.csv",
    )


def split_table(view: View) -> TableWords | None:
    """One row a property: how much of the change of the whole is another mix; None without properties."""
    say, language, change = view.language.say, view.language, _change(view)
    if not len(change.totals):
        return None
    signed = language.signed
    rows: list[Row] = [
        (
            (property_of(view, str(row["property"])), None),
            (signed(100 * float(row["change"]), 2), float(row["change"])),
            (signed(100 * float(row["mix"]), 2), float(row["mix"])),
            (signed(100 * float(row["rate"]), 2), float(row["rate"])),
        )
        for row in records(change.totals)
    ]
    return TableWords(
        (
            (say("Property"), "name"),
            (say("Change in points"), "number"),
            (say("From another mix"), "number"),
            (say("From other rates"), "number"),
        ),
        tuple(rows),
        say("The change of the whole way, split"),
        how(
            view,
            (
                say("Split"),
                say(
                    "Mix: change of each value's share × its mean rate against the whole; rate: change of its rate × "
                    "its mean share. Both add up to the change exactly"
                ),
            ),
        ),
        file="funnel_change_split.csv",
    )


def change_finding(view: View) -> Finding | None:
    """The step whose rate moved most beyond chance, or that none did; None without two periods."""
    if not has_change(view):
        return None
    say, language, change = view.language.say, view.language, _change(view)
    moved = records(change.moved)
    steps = change.table[(change.table["step"] > 0) & change.table["change"].notna()]
    if not len(steps):
        return None
    largest = records(steps.reindex(steps["change"].abs().sort_values(ascending=False, kind="stable").index))
    row = (moved or largest)[0]
    signed, number = language.signed, language.number
    values = {
        "before": view.step(int(row["step"]) - 1), "step": view.step(int(row["step"])),
        "earlier": language.percent(row["rate_earlier"], 1), "now": language.percent(row["rate_now"], 1),
        "n_earlier": counted(view, int(row["n_earlier"])), "n_now": number(int(row["n_now"])),
        "change": signed(100 * row["change"], 1), "low": signed(100 * row["low"], 1),
        "high": signed(100 * row["high"], 1), "days": number(change.days), "last": language.date(change.last),
    }  # fmt: skip
    points, low, high = (100 * float(row[key]) for key in ("change", "low", "high"))
    if not moved:
        return Finding(
            id="funnel_change", grade=Grade.D, head=say("No step changed"),
            statement=say(
                "Between the {days} days to {last} and the {days} days before, no step moved by more than chance "
                "explains. The largest difference is {change} points ({low} to {high}), from “{before}” to “{step}”.",
                **values,
            ),
            meaning=say("What moved in the dashboard of these weeks is noise so far."),
            action=say("Nothing to do; compare again at the next run."),
            section="change", value=points, low=low, high=high, n=int(row["n_now"]), unit="points", notable=False,
        )  # fmt: skip
    return Finding(
        id="funnel_change", grade=Grade.D,
        head=say("More go on to “{step}” than before", **values)
        if row["change"] > 0
        else say("Fewer go on to “{step}” than before", **values),
        statement=say(
            "From “{before}” to “{step}” it was {earlier} of {n_earlier} and is {now} of {n_now} in the {days} days to "
            "{last}: **{change} points** ({low} to {high}).", **values,
        ),
        meaning=_reason(view, change),
        action=say("Look at what was released in these days before crediting or blaming anything else."),
        section="change", value=points, low=low, high=high, n=int(row["n_now"]), unit="points",
    )  # fmt: skip


def _reason(view: View, change: Change) -> Text:
    """Whether another mix of entries explains the change of the whole."""
    say = view.language.say
    best = max(
        records(change.totals),
        key=lambda row: float(row["mix"]) / float(row["change"]) if row["change"] else -math.inf,
        default=None,
    )
    if best is not None and best["change"] and float(best["mix"]) / float(best["change"]) >= MOSTLY:
        return say(
            "Of the change of the whole way ({change} points), {mix} come from another mix of {property}: part of it "
            "is who came, not what happened to them.",
            change=view.language.signed(100 * float(best["change"]), 1),
            mix=view.language.signed(100 * float(best["mix"]), 1), property=property_of(view, str(best["property"])),
        )  # fmt: skip
    return say("No other mix of the groups that were looked at explains it: the rates themselves moved.")


def days_table(view: View) -> TableWords | None:
    """Odd days; None where there are none."""
    odd = found(view).anomalies
    if not len(odd.table):
        return None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(odd.table):
        day = EPOCH + dt.timedelta(days=int(row["day"]))
        rows.append(
            (
                (language.date(day), int(row["day"])),
                (passage(view, int(row["step"])), int(row["step"])),
                share_cell(view, float(row["rate"]), int(row["n"])),
                (language.percent(float(row["usual"]), 1), float(row["usual"])),
                (_cause(view, row), None),
            )
        )
    return TableWords(
        (
            (say("Day"), "name"),
            (say("Step"), "text"),
            (say("That day"), "number"),
            (say("Around it"), "number"),
            (say("Where it comes from"), "text"),
        ),
        tuple(rows),
        say("Odd days"),
        how(
            view,
            (
                say("Odd"),
                say(
                    "A day of entry against the fortnight on either side, with the spread that days have anyway; "
                    "{tests} days and steps were looked at, and p is corrected for all of them",
                    tests=language.number(odd.tests),
                ),
            ),
            (
                say("Where it comes from"),
                say("The group that carries at least half of the deviation, where there is one"),
            ),
        ),
        file="funnel_odd_days.csv",
    )


def days_words(view: View) -> Text:
    """How many odd days there are."""
    odd, language = found(view).anomalies, view.language
    if len(odd.table):
        return language.say_count(
            "{count} day stands out beyond chance.", "{count} days stand out beyond chance.", len(odd.table)
        )
    return language.say(
        "No day stands out: of {tests} days and steps, none differs from the days around it by more than chance.",
        tests=language.number(odd.tests),
    )


def _cause(view: View, row: dict[str, object]) -> Text:
    say = view.language.say
    if row["property"] is None or row["property"] != row["property"]:
        return say("no single group")
    return say(
        "{value} ({property}): {rate} instead of {usual}",
        value=row["value"], property=property_of(view, str(row["property"])),
        rate=view.language.percent(float(str(row["value_rate"])), 1),
        usual=view.language.percent(float(str(row["value_usual"])), 1),
    )  # fmt: skip


def _change(view: View) -> Change:
    change = found(view).change
    assert change is not None
    return change
