"""What goes with staying: first deeds, searched in one half of the people and tested in the other."""

from __future__ import annotations

from typing import Any

from customer_analytics.analysis.habits import DISCOUNT, FEEDBACK, Habits
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import days, how_of_ages, p_value
from customer_analytics.narrative.retention.view import View

MOST_ROWS = 8


def _habits(view: View) -> Habits:
    assert view.habits is not None
    return view.habits


def deed_name(view: View, deed: str) -> Text:
    """What was done, as it stands inside a sentence; the client's events by their own names."""
    say = view.language.say
    known = {
        DISCOUNT: say("an order at a discount"), FEEDBACK: say("feedback or a complaint"),
        "order placed": say("an order"), "order paid": say("a paid order"),
        "order kept": say("a purchase that was kept"), "signed up": say("a registration"),
    }  # fmt: skip
    return known.get(deed, Text(deed))


def _rule(view: View, row: dict[Any, Any]) -> Text:
    """The deed with how often and in which time."""
    return view.language.say(
        "{deed}, at least {times} in the first {days}", deed=deed_name(view, str(row["deed"])),
        times=view.language.say_count("once", "{count} times", int(row["times"])), days=days(view, row["days"]),
    )  # fmt: skip


def habits_section(view: View) -> SectionWords:
    """Opening of the section: what was searched and what held."""
    say, language, result = view.language.say, view.language, _habits(view)
    title = say("What goes with staying")
    if result.windows is None or result.reason == "short":
        deck = say("Not estimable: the data are too short for first days and for a time after them.")
    elif result.reason == "few":
        deck = say(
            "Not estimable: {people} people are too few to search in one half and test in the other.",
            people=language.number(result.people),
        )
    elif result.reason == "nothing":
        deck = say("Not estimable: the data hold nothing that some people do in their first days and others do not.")
    elif len(result.confirmed):
        deck = say_confirmed(view, result)
    else:
        deck = say(
            "{tested} ways to begin were compared, and none goes with being active later beyond how active people were "
            "anyway.", tested=language.number(result.tested),
        )  # fmt: skip
    return SectionWords(title, "habits", deck)


def say_confirmed(view: View, result: Habits) -> Text:
    """How many rules held in the testing half."""
    return view.language.say_count(
        "Of {tested} ways to begin, {count} goes with being active later, also among people who had no part in the "
        "search.",
        "Of {tested} ways to begin, {count} go with being active later, also among people who had no part in "
        "the search.",
        len(result.confirmed), tested=view.language.number(result.tested),
    )  # fmt: skip


def habit_table(view: View) -> TableWords | None:
    """The rules found, with what the testing half says; None where nothing was found."""
    say, language, result = view.language.say, view.language, _habits(view)
    least = max(view.minimum_base, view.minimum_group)
    table = result.table[(result.table[["people", "people_other"]] >= least).all(axis=1)]
    if result.windows is None or not len(table):
        return None
    rows: list[Row] = []
    for row in table.sort_values("p").head(MOST_ROWS).to_dict("records"):
        low, high = language.signed(100 * row["low"], 1), language.signed(100 * row["high"], 1)
        rows.append(
            (
                (_rule(view, row), None),
                (language.number(row["people"]), row["people"]),
                (language.percent(row["rate"]), row["rate"]),
                (
                    say(
                        "{value} ({low} to {high})",
                        value=language.signed(100 * row["difference"], 1),
                        low=low,
                        high=high,
                    ),
                    row["difference"],
                ),
                (p_value(view, row["p"]), row["p"]),
                (say("yes") if row["confirmed"] else say("no"), row["confirmed"]),
            )
        )
    first, last = result.windows.long, result.windows.until - 1
    return TableWords(
        (
            (say("Done"), "name"),
            (say("People counted"), "number"),
            (say("Active later"), "number"),
            (say("Like for like, in points"), "number"),
            (say("p"), "number"),
            (say("Holds"), "text"),
        ),
        tuple(rows),
        say("First deeds that stood out, and whether they hold"),
        how_of_ages(
            view,
            (
                say("Outcome"),
                say("Any activity at the age of {first} to {last} days; the deeds all lie before",
                    first=language.number(first), last=language.number(last)),
            ),
            (
                say("Like for like"),
                say(
                    "Within the same channel and the same number of active days in the first days (Mantel-Haenszel): "
                    "who does more of anything comes back more"
                ),
            ),
            (
                say("Search and test"),
                say(
                    "{tested} combinations in one half of {people} people (Benjamini-Hochberg, q below {level}); all "
                    "figures are of the other half, p corrected (Holm)", tested=language.number(result.tested),
                    people=language.number(result.people), level=language.number(0.01, 2),
                ),
            ),
        ),
        file="habits.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The strongest rule that holds; it goes with staying and is no proof of a cause."""
    if view.habits is None or not len(view.habits.confirmed):
        return []
    say, language, windows = view.language.say, view.language, view.habits.windows
    row = {str(key): value for key, value in view.habits.confirmed.iloc[0].to_dict().items()}
    assert windows is not None
    more = row["difference"] > 0
    return [
        Finding(
            id="habit", grade=Grade.B,
            head=say("Who begins with {deed} is active later more often", deed=deed_name(view, row["deed"]))
            if more
            else say("Who begins with {deed} is active later less often", deed=deed_name(view, row["deed"])),
            statement=say(
                "{rule}: of {people} such people {rate} are active at the age of {first} to {last} days. Against "
                "others of the same channel with as many active days that is **{difference}** (interval {low} to "
                "{high}).",
                rule=_rule(view, row), people=language.number(row["people"]), rate=language.percent(row["rate"]),
                first=language.number(windows.long), last=language.number(windows.until - 1),
                difference=language.points(row["difference"]), low=language.signed(100 * row["low"], 1),
                high=language.signed(100 * row["high"], 1),
            ),
            meaning=say(
                "It predicts; it is no proof of a cause. Those who do it may be others to begin with, in ways that "
                "channel and active days do not show."
            ),
            action=say("Test it: lead a random half of newcomers to it in their first days, and compare the halves."),
            section="habits", value=100 * float(row["difference"]), low=100 * float(row["low"]),
            high=100 * float(row["high"]), n=int(row["people"] + row["people_other"]), unit="points", notable=more,
        )
    ]  # fmt: skip
