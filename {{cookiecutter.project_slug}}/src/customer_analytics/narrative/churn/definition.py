"""The definition in pictures: the windows of each cut-off on a time line, and how likely the silent come back."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.churn.silence_study import ALL, BOUNDS, FASTEST, FIRST, GRID, RHYTHMS
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.exhibits import FigureWords, Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval, wilson

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

WindowRow = tuple[str, dt.date, dt.date, dt.date, dt.date, str, bool]
CurveLine = tuple[str, list[int], list[float | None], str, list[float] | None, list[float] | None, bool]
ROLES = ("ink3", "s2")  # of the rhythms that come back most and least
SHOWN = (1, 30, 60, 90, 180, 365)  # days of silence that are told in tables and alternative texts
NEAR = 0.15  # of the chosen limit: another one this near to it tells nothing new
COSTS = 6  # rows of the table of costs besides the chosen one


def has_windows(view: View) -> bool:
    """Whether there are cut-offs to draw."""
    return view.kind != "snapshot" and bool(len(view.study.population))


def window_rows(view: View) -> list[WindowRow]:
    """Every cut-off, the oldest first, and now; arguments of charts.WindowRow."""
    say, language, windows = view.language.say, view.language, view.study.windows
    counted = {
        int(row["cut"]): str(
            say("{people}, {rate} left", people=language.number(row["people"]),
                rate=view.rate(float(row["rate"]), float(row["people"])))
        )
        for row in view.study.population.to_dict("records")
        if row["people"] >= view.minimum_group
    }  # fmt: skip
    rows = []
    for cut in (*windows.cuts, windows.now):
        begin, end = windows.label(cut)
        now = cut == windows.now
        shown = str(say("{people} now", people=language.number(view.n))) if now else counted.get(cut, "")
        name = str(say("Not known yet")) if now else language.date(as_date(cut))
        rows.append((name, as_date(windows.observed(cut)[0]), as_date(cut), as_date(begin), as_date(end), shown, now))
    return rows


def window_words(view: View) -> tuple[str, str]:
    """Names of the window that features come from and of the one that decides; arguments of charts.WindowWords."""
    return str(view.language.say("looked at")), str(view.language.say("decides"))


def window_figure(view: View) -> FigureWords:
    """Words of the time line."""
    say, windows, table = view.language.say, view.study.windows, view.study.population
    cuts = view.language.say_count("{count} past cut-off", "{count} past cut-offs", len(table))
    last = table.iloc[-1]
    numbers = {
        "cuts": cuts, "horizon": view.horizon, "gap": view.days(windows.gap_days),
        "last": view.day(int(last["cut"])), "people": view.counted(int(last["people"])),
        "rate": view.rate(float(last["rate"]), float(last["people"])), "now": view.counted(view.n),
    }  # fmt: skip
    subtitle = (
        say(
            "A cut-off is the first day that is not known. {gap} after it are left free, then {horizon} decide.",
            **numbers,
        )
        if windows.gap_days
        else say("A cut-off is the first day that is not known. The {horizon} from it decide.", **numbers)
    )
    return FigureWords(
        say("{cuts}: each looks back only at what was known then", **numbers),
        subtitle,
        say(
            "Time line with {cuts}. At the newest, {last}, {people} were here, of whom {rate} left. The outlined "
            "window of {now} is not known yet.", **numbers,
        ),
        say("Source: {what}, {period}.", what=_source(view), period=view.period),
    )  # fmt: skip


def _source(view: View) -> Text:
    say = view.language.say
    return {"orders": say("orders"), "activity": say("all activity")}.get(view.kind, say("contracts"))


def has_silence(view: View) -> bool:
    """Whether the return of the silent can be drawn: a curve of everybody with two points at least."""
    return len(_curve(view, ALL)) > 1


def _curve(view: View, rhythm: str) -> pd.DataFrame:
    """The known rates of a rhythm, up to the threshold of everybody: beyond it all of them are near nothing."""
    table = view.study.silence
    last = _grid_end(view)
    known = table["rate"].notna() & (table["people"] >= view.least) & (table["silent_days"] <= last)
    return table[known & (table["rhythm"] == rhythm)]


def _grid_end(view: View) -> int:
    """The first day of the grid at or after the threshold of everybody."""
    days = view.study.limits.get(ALL, 0)
    return min((day for day in GRID if day >= days), default=GRID[-1])


def _drawn(view: View) -> list[str]:
    """The two rhythms that are farthest apart on the first half of the curve; fewer where fewer are known."""
    middle = {rhythm: _curve(view, rhythm) for rhythm in RHYTHMS}
    known = {rhythm: table for rhythm, table in middle.items() if len(table) == len(_curve(view, ALL)) > 1}
    level = {rhythm: float(table["rate"].mean()) for rhythm, table in known.items()}
    if len(level) < 2:
        return list(level)
    return [max(level, key=lambda name: level[name]), min(level, key=lambda name: level[name])]


def rhythm_name(view: View, rhythm: str) -> Text:
    """What people of a rhythm are called."""
    say = view.language.say
    week, month, quarter = (view.days(days) for days in BOUNDS)
    return {
        ALL: say("Everybody"),
        FIRST: say("Came once so far"),
        FASTEST: say("Gaps up to {days}", days=week),
        "month": say("Gaps up to {days}", days=month),
        "quarter": say("Gaps up to {days}", days=quarter),
    }.get(rhythm) or say("Longer gaps")


def silence_lines(view: View) -> list[CurveLine]:
    """Everybody with the interval, and the two rhythms farthest apart; arguments of charts.Line."""
    lines: list[CurveLine] = []
    for rhythm, role in zip(_drawn(view), ROLES, strict=False):
        table = _curve(view, rhythm)
        lines.append((str(rhythm_name(view, rhythm)), *_points(table), role, None, None, True))
    table = _curve(view, ALL)
    low, high = ([float(value) for value in table[name]] for name in ("low", "high"))
    lines.append((str(rhythm_name(view, ALL)), *_points(table), "s1", low, high, False))
    return lines


def _points(table: pd.DataFrame) -> tuple[list[int], list[float | None]]:
    return [int(day) for day in table["silent_days"]], [float(rate) for rate in table["rate"]]


def silence_axis(view: View) -> tuple[Any, ...]:
    """How rates are written, and the label of the axis; the first arguments of charts.Axis."""
    return view.language.percent, str(view.language.say("days of silence"))


def _threshold(view: View) -> pd.Series:
    table = view.study.thresholds
    return table[table["rhythm"] == ALL].iloc[0]


def silence_figure(view: View) -> FigureWords:
    """Words of the curves of return."""
    say, language, chosen = view.language.say, view.language, _threshold(view)
    numbers = {
        "days": view.days(int(chosen["silent_days"])), "horizon": view.horizon,
        "least": language.percent(view.result.parameters.return_probability),
    }  # fmt: skip
    points = [
        say("{days}: {rate}", days=view.days(int(row["silent_days"])), rate=language.percent(float(row["rate"])))
        for row in _curve(view, ALL).to_dict("records")
        if row["silent_days"] in SHOWN
    ]
    if bool(chosen["reached"]):
        title = say("After {days} of silence fewer than {least} come back within {horizon}", **numbers)
    else:
        title = say("As far as the data reach, {least} or more of the silent come back within {horizon}", **numbers)
    return FigureWords(
        title,
        say(
            "Share of the silent who come back within {horizon}, by the usual gap that was their own before; the band "
            "is the interval over people", **numbers,
        ),
        say("Lines by days of silence. Everybody: {points}.", points=language.joined(points)),
        say("Source: {what}, {period}.", what=_source(view), period=view.period),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The tables of the section; none for contracts, where no silence is judged, and none for a handful."""
    judged = view.study.thresholds["silences"]
    if not len(judged) or judged.max() < view.least or not view.study.limits:
        return []
    return [table for table in (threshold_table(view), costs_table(view)) if table is not None]


def threshold_table(view: View) -> TableWords:
    """After how many silent days each rhythm counts as gone."""
    say, language, study = view.language.say, view.language, view.study
    rows: list[Row] = []
    for row in study.thresholds.to_dict("records"):
        count, days = int(row["silences"]), study.limits[str(row["rhythm"])]
        if count == 0:
            continue
        few = count < view.minimum_group
        rate = float(row["rate"]) if int(row["silent_days"]) == days and count >= view.least else math.nan
        rows.append(
            (
                (rhythm_name(view, str(row["rhythm"])), None),
                (view.few(count), None if few else count),
                (view.days(days), days),
                (language.percent(rate, 1), rate) if not math.isnan(rate) else (say("not judged by itself"), None),
            )
        )
    return TableWords(
        (
            (say("Rhythm until then"), "name"), (say("Silences studied"), "number"),
            (say("Counts as gone after"), "number"), (say("Come back from there"), "number"),
        ),
        tuple(rows),
        say("After how many silent days somebody counts as gone"),
        (
            (
                say("Silence"),
                say("Every silence of every person whose next {horizon} are known, not only the last one",
                    horizon=view.horizon),
            ),
            (say("Threshold"), _rule(view)),
            (
                say("Usual gap"),
                say("Mean of the own gaps before the silence"),
            ),
            (say("Chosen on"), say("All of the data: it says whom the question is about, and is no feature")),
        ),
        file="silence_thresholds.csv",
    )  # fmt: skip


def _rule(view: View) -> Text:
    say, parameters = view.language.say, view.result.parameters
    if parameters.active_days:
        return say("{days} for everybody, as engagement.yml says", days=view.days(parameters.active_days))
    return say(
        "The first day of silence from which fewer than {least} come back within {horizon}, and {horizon} at least; "
        "where none is reached, the longest silence that can be judged",
        least=view.language.percent(parameters.return_probability), horizon=view.horizon,
    )  # fmt: skip


def costs_table(view: View) -> TableWords | None:
    """What a limit of silence would have got wrong at the newest past cut-off; None where nobody was seen before."""
    say, table = view.language.say, view.study.costs
    if not len(table) or int(table["people"].iloc[0]) < view.least:
        return None
    rows: list[Row] = []
    for row in _chosen_costs(view, table).to_dict("records"):
        limit, flagged, people = int(row["silent_days"]), int(row["flagged"]), int(row["people"])
        wrong, missed = int(row["false_alarms"]), int(row["missed"])
        name = say("By own rhythm, as chosen") if not limit else say("{days} for all", days=view.days(limit))
        rows.append(
            (
                (name, limit),
                (view.few(flagged), flagged if flagged >= view.minimum_group else None),
                _share(view, wrong, flagged),
                _share(view, missed, people - flagged),
            )
        )
    cut = view.study.windows.cuts[-1]
    return TableWords(
        (
            (say("Gone after"), "name"), (say("Called gone"), "number"),
            (say("Of them came back (false alarms)"), "number"),
            (say("Of the others did not come (missed)"), "number"),
        ),
        tuple(rows),
        say("What calling the silent gone gets wrong"),
        (
            (say("Unit"), say("Everybody seen before {day}", day=view.day(cut))),
            (say("Came back, did not come"), say("Within {horizon} from then", horizon=view.horizon)),
        ),
        file="silence_costs.csv",
    )  # fmt: skip


def _chosen_costs(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """The chosen limits and a few for all, among them the horizon and the threshold of everybody."""
    chosen = view.study.limits[ALL]
    wanted = {chosen, *(days for days in SHOWN[1:] if abs(days - chosen) > chosen * NEAR)}
    return table[table["silent_days"].isin({0, *wanted})].head(COSTS + 1)


def _share(view: View, count: int, base: int) -> tuple[Text | str, float | None]:
    if base < view.least:
        return estimates.not_estimable(view.language, base) if base >= view.minimum_group else view.few(base), None
    return view.language.percent(count / base), count / base


def findings(view: View) -> list[Finding]:
    """After how many silent days somebody counts as gone, and what that gets wrong."""
    if not has_silence(view) or not len(view.study.costs):
        return []
    say, language, chosen = view.language.say, view.language, _threshold(view)
    row = view.study.costs.iloc[0]
    flagged, wrong = int(row["flagged"]), int(row["false_alarms"])
    if flagged < view.least or not bool(chosen["reached"]):
        return []
    share, interval = wrong / flagged, wilson(wrong, flagged)
    numbers = {
        "days": view.days(int(chosen["silent_days"])), "horizon": view.horizon,
        "least": language.percent(view.result.parameters.return_probability), "flagged": view.counted(flagged),
        "share": language.percent(share), "interval": view.in_bracket(Interval(*interval)),
        "day": view.day(view.study.windows.cuts[-1]),
    }  # fmt: skip
    return [
        Finding(
            id="silence_threshold",
            grade=Grade.C,
            head=say("From when on somebody counts as gone"),
            statement=say(
                "After **{days}** of silence, fewer than {least} come back within {horizon}.", **numbers
            ),
            meaning=say(
                "On {day} this would have called {flagged} gone, each by the own rhythm; {share} of them ({interval}) "
                "came back within {horizon} after all.", **numbers,
            ),
            action=say("Win back whom this calls gone with other means than those who are still here."),
            section="definition",
            value=float(chosen["silent_days"]),
            n=int(chosen["silences"]),
            unit="days",
            notable=False,
        )
    ]  # fmt: skip
