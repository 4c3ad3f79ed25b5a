"""Section: whether the personas say more than RFM, and whether they hold over time."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.personas.later import NEW
from customer_analytics.analysis.personas.outputs import without_small_moves
from customer_analytics.analysis.personas.result import TOO_LITTLE_KNOWN
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, Cell, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import View, records

MODELS = ("rfm_and_persona", "rfm", "rfm_and_permuted", "persona")
CONVINCING = 0.05  # share of permutations that may add as much


def validity_section(view: View) -> SectionWords:
    """Opening of the section on validity; with the reason where it was not estimable."""
    say, language, tested = view.language.say, view.language, view.result.validity
    title = say("Do they say more than RFM?")
    if tested.status != "tested":
        return SectionWords(title, "validity", why_untested(view))
    return SectionWords(
        title, "validity",
        say(
            "We made personas and RFM segments as of {date}, learnt what each group spent in the {days} days that "
            "followed on {learnt} customers, and foretold it for {held_out} others.",
            date=language.date(tested.cut_off), days=language.number(tested.horizon_days),
            learnt=language.number(tested.learnt_on), held_out=language.number(tested.held_out),
        ),
    )  # fmt: skip


def why_untested(view: View) -> Text:
    """Why there was no test."""
    say = view.language.say
    return {
        "too_short_history": say("Not estimable: the history is too short to hold a part of it out."),
        "nothing_later": say("Not estimable: nobody bought in the part that was held out."),
        "no_personas": say("Nothing to test: the customers do not fall into kinds."),
        "too_few_customers": say("Not estimable: too few customers for a held-out test."),
    }.get(view.result.validity.reason, say("Not estimable with these data."))


def adds(view: View) -> bool:
    """Whether personas add to RFM beyond chance, on held-out customers."""
    tested = view.result.validity
    return tested.status == "tested" and tested.added_interval.low > 0 and tested.p_added <= CONVINCING


def model_name(view: View, model: str) -> Text:
    """What was used to foretell."""
    say = view.language.say
    return {
        "rfm": say("RFM segment alone"),
        "persona": say("Persona alone"),
        "rfm_and_persona": say("RFM segment and persona"),
        "rfm_and_permuted": say("RFM segment and shuffled personas"),
    }[model]


def what(view: View) -> Text:
    """The money that was foretold."""
    say = view.language.say
    return say("margin") if view.result.validity.target == "margin" else say("revenue")


def validity_bars(view: View) -> list[BarRow]:
    """Bars of the explained share, with intervals."""
    rows: list[BarRow] = []
    found = {str(row["model"]): row for row in records(view.result.validity.table)}
    for model in MODELS:
        row = found.get(model)
        if row is not None and not math.isnan(row["r2"]):
            role = "s1" if model == "rfm_and_persona" else "faint"
            low, high = (None if math.isnan(row[end]) else float(row[end]) for end in ("low", "high"))
            rows.append((model_name(view, model), float(row["r2"]), _percent(view, row["r2"]), role, low, high))
    return rows


def _percent(view: View, share: float) -> str:
    """An explained share; below zero, foretelling the mean for everybody would have been better."""
    return ("−" if share < 0 else "") + view.language.percent(abs(share), 1)


def added_line(view: View) -> Text:
    """What personas add to RFM, in one sentence."""
    say, tested = view.language.say, view.result.validity
    return say(
        "Personas add {added} points (interval {low} to {high}) to what RFM segments explain of it; {p} of shuffled "
        "personas add as much.",
        added=view.language.signed(100 * tested.added, 1), low=view.language.signed(100 * tested.added_interval.low, 1),
        high=view.language.signed(100 * tested.added_interval.high, 1), p=view.language.percent(tested.p_added),
    )  # fmt: skip


def validity_figure(view: View) -> FigureWords:
    """Words of the chart of validity."""
    say, language, tested = view.language.say, view.language, view.result.validity
    both, rfm = tested.r2("rfm_and_persona"), tested.r2("rfm")
    numbers: dict[str, Any] = {"both": _percent(view, both), "rfm": _percent(view, rfm), "what": what(view)}
    title = (
        say("RFM and persona together explain {both} of who brings {what} next, RFM alone {rfm}", **numbers)
        if adds(view)
        else say("Personas foretell {what} no better than RFM alone ({both} and {rfm})", **numbers)
    )
    rows = [say("{name} {value}", name=row[0], value=row[2]) for row in validity_bars(view)]
    return FigureWords(
        title,
        say(
            "Share of the variance of {what} in the next period that is explained, held-out customers",
            what=what(view),
        ),
        say("Bars of explained share. {rows}.", rows=language.joined(rows)),
        say(
            "Source: {count} held-out customers, {days} days from {date}. Lines: bootstrap interval over customers.",
            count=language.number(tested.held_out), days=language.number(tested.horizon_days),
            date=language.date(tested.cut_off),
        ),
    )  # fmt: skip


def validity_note(view: View) -> tuple[Text, Text]:
    """Label and text of the note under the chart."""
    say = view.language.say
    label = say("How to read this")
    if adds(view):
        return label, say(
            "{line} Use RFM to decide whom to contact, and the persona to decide what to say. Neither shows that "
            "contact changes anything; only a held-out part can.", line=added_line(view),
        )  # fmt: skip
    return label, say(
        "{line} Use RFM to decide whom to contact. The persona decides what to say and when: that is what it was made "
        "for, and this test does not judge it.", line=added_line(view),
    )  # fmt: skip


def moved(view: View) -> bool:
    """Whether it is known who changed persona."""
    found = view.result.movement
    return found.customers >= view.minimum_base and not math.isnan(found.stayed)


def movement_table(view: View) -> TableWords:
    """From which persona to which, between the cut-off and now."""
    say, language, found = view.language.say, view.language, view.result.movement
    keys = [persona.key for persona in view.personas]
    moves = without_small_moves(found.table, view.minimum_group)
    cells = {(row["from_persona"], row["to_persona"]): row for row in records(moves)}
    seen = {str(row["from_persona"]) for row in records(moves)}
    rows: list[Row] = []
    for key in [key for key in (*keys, TOO_LITTLE_KNOWN, NEW) if key in seen]:
        row: list[Cell] = [(view.short(key), None)]
        for to in keys:
            cell = cells.get((key, to))
            known = cell is not None and not math.isnan(cell["share"])
            shown = language.percent(cell["share"]) if cell is not None and known else language.number(None)
            share = float(cell["share"]) if cell is not None and known else None
            row.append((Text(pieces=["", shown]) if key == to and known else Text(shown), share))
        rows.append(tuple(row))
    return TableWords(
        ((say("From"), "name"), *((view.short(key), "number") for key in keys)),
        tuple(rows),
        say("Where the customers of each persona went, in shares of the row"),
        view.how(
            (
                say("Compared"),
                say(
                    "The tags of {date} and of {now}, both put into today's personas",
                    date=language.date(found.earlier), now=language.date(view.result.as_of),
                ),
            ),
            (say("Base"), say("{count} customers with a persona on both days", count=language.number(found.customers))),
        ),
        file="movement.csv",
    )  # fmt: skip


def movement_line(view: View) -> Text:
    """How many kept their persona, against chance."""
    say, language, found = view.language.say, view.language, view.result.movement
    return say(
        "Of {count} customers with a persona on {date} and now, {stayed} ({interval}) kept it; by chance it would be "
        "{chance}.",
        count=language.number(found.customers), date=language.date(found.earlier),
        stayed=language.percent(found.stayed), interval=view.interval(found.stayed_interval),
        chance=language.percent(found.by_chance),
    )  # fmt: skip
