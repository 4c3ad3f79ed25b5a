"""The last path: what those who left did before they were last seen, against people like them who stayed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.reasons import trails
from customer_analytics.analysis.reasons.last_path import LEAST_POINTS, LEVEL, LastPath
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 6
LONGEST = 60
COMPLAINTS = (trails.LOW_RATING, trails.FEEDBACK)


def has(view: View) -> bool:
    """Whether the data tell of deeds that could be compared."""
    return view.result.reasons is not None and view.result.reasons.path.reason != "nothing"


def _path(view: View) -> LastPath:
    assert view.result.reasons is not None
    return view.result.reasons.path


def deed_name(view: View, deed: str) -> Text:
    """What was done, inside a sentence; the client's events by their own names."""
    say = view.language.say
    known = {
        trails.ORDER: say("an order"), trails.DISCOUNT: say("an order at a discount"),
        trails.LOW_RATING: say("a low rating"), trails.FEEDBACK: say("a review or service contact"),
        trails.UNSUBSCRIBED: say("unsubscribing from messages"),
    }.get(deed)  # fmt: skip
    return known or say("“{name}”", name=deed if len(deed) <= LONGEST else deed[: LONGEST - 1] + "…")


def section(view: View) -> SectionWords:
    """Opening: how much was compared, and what differs."""
    say, path = view.language.say, _path(view)
    title = say("The last days of those who left")
    if path.reason == "few_left":
        deck = say("Not estimable: too few left or stayed to compare them with people like them.")
    elif not len(path.clear):
        deck = say(
            "{tested} deeds and spans were compared between {left} who left and people like them who stayed; none "
            "differs beyond chance and by {points} points or more.", points=view.language.number(100 * LEAST_POINTS),
            tested=view.language.number(path.tested), left=view.language.number(path.left),
        )  # fmt: skip
    else:
        deck = view.language.say_count(
            "Of {tested} deeds and spans compared, {count} differs between {left} who left and people like them who "
            "stayed.",
            "Of {tested} deeds and spans compared, {count} differ between {left} who left and people like them who "
            "stayed.",
            int(path.table["clear"].sum()), tested=view.language.number(path.tested),
            left=view.language.number(path.left),
        )  # fmt: skip
    return SectionWords(title, "last_path", deck)


def path_table(view: View) -> TableWords | None:
    """The deeds that differ most clearly; None where nothing was compared."""
    say, language, path = view.language.say, view.language, _path(view)
    if not path.tested:
        return None
    enough = (path.table[["left_did", "stayed_did"]] >= view.minimum_group).all(axis=1)
    shown = path.table[enough].drop_duplicates("deed").head(MOST_ROWS)  # each deed at its clearest span
    rows = tuple(_row(view, row) for row in shown.to_dict("records"))
    if not rows:
        return None
    return TableWords(
        (
            (say("Done before they were last seen"), "name"),
            (say("Within the last"), "number"),
            (say("Of those who left"), "number"),
            (say("Of those alike who stayed"), "number"),
            (say("Apart by, in points"), "number"),
            (say("Corrected p (q)"), "number"),
            (say("Differs"), "text"),
        ),
        rows,
        say("What leavers did last, the clearest differences first"),
        view.how(
            (
                say("Alike"),
                say(
                    "Same cut-off and classes of days since last seen, since the last order and since the first day, "
                    "mean gap and days seen within the span. {matched} of {all} leavers at a cut-off have somebody "
                    "alike",
                    matched=language.number(path.left), all=language.number(path.all_left),
                ),
            ),
            (
                say("Span"),
                say(
                    "Days up to the last one seen before the cut-off, so that silence itself is not counted as doing "
                    "less"
                ),
            ),
            (
                say("How they are compared"),
                say(
                    "Mantel-Haenszel over the classes, with each person once; q over everything compared "
                    "(Benjamini-Hochberg). It differs with q below {level} and {points} points or more",
                    level=language.number(LEVEL, 2), points=language.number(100 * LEAST_POINTS),
                ),
            ),
        ),
        file="last_path.csv",
    )  # fmt: skip


def _row(view: View, row: Mapping[Hashable, Any]) -> Row:
    say, language = view.language.say, view.language
    low, high = (language.signed(100 * row[name], 1) for name in ("low", "high"))
    difference = say("{value} ({low} to {high})", value=language.signed(100 * row["difference"], 1), low=low, high=high)
    least = 0.001
    q = say("<{least}", least=language.number(least, 3)) if row["q"] < least else language.number(row["q"], 3)
    return (
        (_head(deed_name(view, str(row["deed"]))), None),
        (view.days(int(row["days"])), row["days"]),
        (language.percent(row["left_share"]), row["left_share"]),
        (language.percent(row["stayed_share"]), row["stayed_share"]),
        (difference, row["difference"]),
        (q, row["q"]),
        (say("yes") if row["clear"] else say("no"), row["clear"]),
    )


def _head(name: Text) -> str:
    """The name at the head of a line."""
    return name[:1].upper() + name[1:]


def findings(view: View) -> list[Finding]:
    """The deed that leavers did more often than people like them, the one that is the most telling."""
    if not has(view) or not len(_path(view).clear):
        return []
    path = _path(view)
    found = path.clear[(path.clear[["left_did", "stayed_did"]] >= view.least).all(axis=1)]
    if not len(found):
        return []
    row = max(found.to_dict("records"), key=lambda row: row["left_share"] / row["stayed_share"])  # relative to others
    say, language, deed = view.language.say, view.language, deed_name(view, str(row["deed"]))
    more = row["difference"] > 0
    return [
        Finding(
            id="last_path", grade=Grade.B,
            head=say("Before people leave, {deed} is more frequent", deed=deed)
            if more
            else say("Before people leave, {deed} is rarer", deed=deed),
            statement=say(
                "Of those who left, **{left}** had {deed} in the {days} up to the day they were last seen, against "
                "{stayed} of people like them who stayed: {difference} (interval {low} to {high}).",
                left=language.percent(row["left_share"]), deed=deed, days=view.days(int(row["days"])),
                stayed=language.percent(row["stayed_share"]), difference=language.points(row["difference"]),
                low=language.signed(100 * row["low"], 1), high=language.signed(100 * row["high"], 1),
            ),
            meaning=say(
                "Compared within the same cut-off, silence, time as a customer, rhythm and days seen. It goes with "
                "leaving and is no proof of a cause."
            ),
            action=say("Call back a random half of those concerned within days, and compare who stays.")
            if row["deed"] in COMPLAINTS
            else say("Watch for it, and try an answer on a random half of those concerned."),
            section="last_path", value=100 * float(row["difference"]), low=100 * float(row["low"]),
            high=100 * float(row["high"]), n=path.left + path.stayed, unit="points", notable=more,
        )
    ]  # fmt: skip
