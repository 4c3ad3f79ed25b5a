"""Why contracts end: how much of the ending is of which reason, by age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.hazard.result import DAYS, Hazards
from customer_analytics.narrative.churn.hazard_words import counted, is_contracts, level_name, parts, section_id, span
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

AGES = (90, 180, 365, 730)
LEAST_AT_RISK = 10
MOST_AGES = 3


def shown(view: View) -> Hazards | None:
    """The contracts, where the reasons of their ends are known."""
    return next((part for part in parts(view) if is_contracts(part) and len(part.incidence)), None)


def _ages(part: Hazards) -> list[int]:
    """Ages of the columns: as far as enough are under observation."""
    first = part.incidence[part.incidence["reason"] == part.incidence["reason"].iloc[0]]
    enough = first.loc[first["at_risk"] >= LEAST_AT_RISK, "time"]
    last = int(enough.max()) if len(enough) else int(first["time"].max())
    if part.unit == DAYS:
        usual = [age for age in AGES if age <= last]
        return usual[-MOST_AGES:] or [last]
    return sorted({max(1, last // 3), max(1, 2 * last // 3), last})


def competing_section(view: View) -> SectionWords:
    """Opening of the section."""
    part = shown(view)
    assert part is not None
    say, language = view.language.say, view.language
    age = _ages(part)[-1]
    reasons = part.incidence["reason"].drop_duplicates().tolist()
    top = part.incidence[(part.incidence["reason"] == reasons[0]) & (part.incidence["time"] <= age)]
    share = float(top["incidence"].iloc[-1]) if len(top) else 0.0
    return SectionWords(
        say("Why contracts end"),
        section_id(view, part, "reasons_of_ends"),
        say(
            "Within {age}, {share} of all contracts end for the most frequent reason: {reason}.",
            age=span(view, part, age), share=language.percent(share), reason=level_name(view, str(reasons[0])),
        ),
    )  # fmt: skip


def competing_table(view: View) -> TableWords:
    """Share of contracts that have ended for each reason by some ages, with intervals."""
    part = shown(view)
    assert part is not None
    say, language, ages = view.language.say, view.language, _ages(part)
    rows: list[Row] = []
    for reason, own in part.incidence.groupby("reason", sort=False):
        cells = []
        for age in ages:
            at = own[own["time"] <= age]
            row = at.iloc[-1] if len(at) else None
            share = 0.0 if row is None else float(row["incidence"])
            words = (
                language.percent(share)
                if row is None or share == 0
                else say("{share} ({low} to {high})", share=language.percent(share), low=language.percent(row["low"]),
                         high=language.percent(row["high"]))
            )  # fmt: skip
            cells.append((words, share))
        ended = int(own["ended"].sum())
        rows.append(((level_name(view, str(reason)), None), (view.few(ended), ended), *cells))
    return TableWords(
        (
            (say("Reason of the end"), "name"), (say("Have ended for it"), "number"),
            *((say("Within {age}", age=span(view, part, age)), "number") for age in ages),
        ),
        tuple(rows),
        say("How contracts end, by reason"),
        view.how(
            (say("Base"), counted(view, part, part.people)),
            (
                say("Incidence"),
                say("Share of all contracts that have ended for that reason by that age (Aalen-Johansen): whoever left "
                    "for another reason can no longer leave for this one"),
            ),
        ),
        file="end_reasons.csv",
    )  # fmt: skip
