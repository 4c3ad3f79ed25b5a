"""Section: the best sayable combinations of tags, confirmed on customers who were not searched."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.personas.result import Discovery
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.rules import command_line, in_words
from customer_analytics.narrative.personas.view import View, records

BOUGHT = "bought"


def combinations_section(view: View) -> SectionWords:
    """Opening of the section on combinations."""
    say = view.language.say
    searched = [one for one in view.result.discoveries if one.status == "searched"]
    title = say("Best audiences from tags")
    if not searched:
        return SectionWords(
            title, "audiences", say("Not estimable: the history is too short, or too few customers, for a search.")
        )
    return SectionWords(
        title, "audiences",
        say(
            "Short combinations of tags that foretell who buys again and who stays away: searched on one half of the "
            "customers, and counted on the other."
        ),
    )  # fmt: skip


def searched(view: View) -> list[Discovery]:
    """The searches that were made."""
    return [one for one in view.result.discoveries if one.status == "searched"]


def confirmed(found: Discovery) -> list[dict[str, Any]]:
    """Rows that held on the other half."""
    return [row for row in records(found.table) if bool(row["confirmed"])]


def result_line(view: View, found: Discovery) -> Text:
    """What was tested, found and confirmed."""
    say, language = view.language.say, view.language
    numbers: dict[str, Any] = {
        "tested": language.number(found.tested),
        "found": language.number(found.found),
        "confirmed": language.number(found.confirmed),
        "shown": language.number(len(found.table)),
        "base": language.percent(found.base_rate),
        "level": language.percent(found.level),
    }
    what = say("Buying again") if found.target == BOUGHT else say("Staying away")
    if not found.found:
        return say(
            "{what}: {base} of all did it. Of {tested} combinations tested, none went with it (false discovery rate "
            "{level}).", what=what, **numbers,
        )  # fmt: skip
    if not found.confirmed:
        return say(
            "{what}: {base} of all did it. Of {tested} combinations tested, {found} went with it (false discovery rate "
            "{level}); none of the best held on the other half.", what=what, **numbers,
        )  # fmt: skip
    return say(
        "{what}: {base} of all did it. Of {tested} combinations tested, {found} went with it (false discovery rate "
        "{level}). The best {shown} were counted on the other half, and {confirmed} held.", what=what, **numbers,
    )  # fmt: skip


def combination_table(view: View, found: Discovery) -> TableWords:
    """The best audiences for one target."""
    say, language = view.language.say, view.language
    rows: list[Row] = [
        (
            (in_words(view, str(row["audience"])), None),
            (language.number(row["customers_today"]), row["customers_today"]),
            (
                say(
                    "{value} ({low} to {high})", value=language.percent(row["held_rate"]),
                    low=language.percent(row["held_low"]), high=language.percent(row["held_high"]),
                ),
                row["held_rate"],
            ),
            (
                say(
                    "{value} ({low} to {high})", value=language.number(row["lift"], 1),
                    low=language.number(row["lift_low"], 1), high=language.number(row["lift_high"], 1),
                ),
                row["lift"],
            ),
            (say("yes") if row["confirmed"] else say("no"), None),
        )
        for row in records(found.table)
    ]  # fmt: skip
    is_bought = found.target == BOUGHT
    days = language.number(view.result.validity.horizon_days)
    return TableWords(
        (
            (say("Audience"), "name"),
            (say("Customers today"), "number"),
            (say("Bought again") if is_bought else say("Stayed away"), "number"),
            (say("Times all customers"), "number"),
            (say("Confirmed"), "text"),
        ),
        tuple(rows),
        say("Audiences that buy again more often") if is_bought else say("Audiences that stay away more often"),
        view.how(
            (
                say("Outcome"),
                say("A purchase in the {days} days after the cut-off", days=days)
                if is_bought
                else say("No purchase in the {days} days after the cut-off, of those who bought before", days=days),
            ),
            (say("Shares"), say("Counted on the half that was not searched, with Wilson interval")),
            (
                say("Smallest audience"),
                say("{count} customers in the half that was searched", count=language.number(found.minimum_size)),
            ),
        ),
        file="combinations.csv",
    )  # fmt: skip


def commands_for(view: View, found: Discovery) -> list[tuple[Text, list[str]]]:
    """The command for the best audience that held; nothing where none did."""
    say, rows = view.language.say, confirmed(found)
    if not rows:
        return []
    name = "likely_buyers" if found.target == BOUGHT else "likely_lapsing"
    label = (
        say("Draw the audience most likely to buy again")
        if found.target == BOUGHT
        else say("Draw the audience most likely to stay away")
    )
    return [(label, [command_line(str(rows[0]["audience"]), name)])]


def best(view: View) -> tuple[Discovery, dict[str, Any]] | None:
    """The confirmed audience with the largest lower bound of its ratio, over both targets."""
    found = [(one, row) for one in searched(view) for row in confirmed(one) if not math.isnan(row["lift_low"])]
    return max(found, key=lambda pair: float(pair[1]["lift_low"]), default=None)


def lift_pairs(view: View, found: Discovery) -> list[PairRow]:
    """Rate among all and in the audience, for the chart."""
    language = view.language
    return [
        (
            str(in_words(view, str(row["audience"]))), float(row["base_rate"]), float(row["held_rate"]),
            language.percent(row["base_rate"]), language.percent(row["held_rate"]),
            "s1" if row["confirmed"] else "faint",
        )
        for row in records(found.table)
    ]  # fmt: skip
