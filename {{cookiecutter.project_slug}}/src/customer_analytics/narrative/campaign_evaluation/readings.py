"""The same effect read otherwise: adjusted for the time before, without the largest amounts, among those reached."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.narrative.campaign_evaluation.drawn import (
    arm_label,
    effect_cell,
    interval_cell,
    told_effects,
)
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 10
MONEY = ("revenue", "margin")


def has(view: View) -> bool:
    """Whether any effect was read in another way."""
    return len(_shown(view)) > 0


def _shown(view: View) -> pd.DataFrame:
    """Effects with another reading: those that stand, then money and the main outcome."""
    effects = told_effects(view)
    if not len(effects):
        return effects
    other = effects[["effect_cuped", "effect_winsorised"]].notna().any(axis=1) | _is_part_reached(effects)
    effects = effects[other & ~effects["guardrail"].astype(bool) & (effects["outcome"] != "discount")]
    order = effects.assign(_place=range(len(effects)), _money=effects["outcome"].isin(MONEY))
    return order.sort_values(["found", "_money", "p_adjusted", "_place"], ascending=[False, False, True, True])


def _is_part_reached(effects: pd.DataFrame) -> pd.Series:
    """Whether part of an arm did not get its message."""
    return (effects["reached"] > 0) & (effects["reached"] < 0.995)


def section(view: View) -> SectionWords:
    """What adjusting saves."""
    say, title = view.language.say, view.language.say("Does it hold when it is read otherwise?")
    saved = told_effects(view)["variance_saved"].dropna()
    if not len(saved):
        return SectionWords(title, "readings", say("The same effects without the largest amounts, and with customers "
                                                   "resampled."))  # fmt: skip
    share = max(0.0, float(saved.median()))
    deck = say("What a customer did before explains {share} of what varies (median over the comparisons): taking it "
               "out is worth {more} more customers.", share=view.language.percent(share, 1),
               more=view.language.percent(share / (1 - share), 1))  # fmt: skip
    return SectionWords(title, "readings", deck)


def tables(view: View) -> list[TableWords]:
    """A row an effect, a column a reading."""
    shown = _shown(view).head(MOST_ROWS)
    if not len(shown):
        return []
    say, language = view.language.say, view.language
    is_cut, is_part = bool(shown["effect_winsorised"].notna().any()), bool(_is_part_reached(shown).any())
    is_before = bool(shown["effect_cuped"].notna().any())
    columns = [(say("Arm"), "name"), (say("Measured"), "text"), (say("As drawn"), "number")]
    how = []
    if is_before:
        columns.append((say("Adjusted for before"), "number"))
        how.append(
            (say("Adjusted for before"), say(
                "The same quantity in the {days} before the draw, taken out with one slope for both arms (CUPED)",
                days=language.say_count("{count} day", "{count} days", view.parameters.before_days)))
        )  # fmt: skip
    if is_cut:
        columns += [(say("Largest amounts cut"), "number"), (say("Customers resampled"), "number")]
        how += [
            (say("Largest amounts cut"), say("Values above that of {share} of the customers with any count as that "
                                             "value", share=language.percent(view.parameters.winsorise))),
            (say("Customers resampled"), say("Interval from drawing customers anew in blocks, which needs no bell "
                                             "curve")),
        ]  # fmt: skip
    if is_part:
        columns.append((say("Among those reached"), "number"))
        how.append(
            (say("Among those reached"), say("The difference over the share that got its message: right only if the "
                                             "draw did nothing to the others"))
        )  # fmt: skip
    return [
        TableWords(
            tuple(columns), tuple(_row(view, row, is_before, is_cut, is_part) for row in rows(shown)),
            say("The same effects, read in other ways"), view.how(*how), file="effects.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, is_before: bool, is_cut: bool, is_part: bool) -> Row:
    outcome = str(row.outcome)
    drawn = effect_cell(view, outcome, float(row.effect), float(row.low), float(row.high))
    cells: list[tuple[str, Any]] = [
        (arm_label(view, row), None), (view.outcome_label(outcome), outcome), (drawn, float(row.effect)),
    ]  # fmt: skip
    if is_before:
        adjusted = float(row.effect_cuped), float(row.low_cuped), float(row.high_cuped)
        cells.append((effect_cell(view, outcome, *adjusted), adjusted[0]))
    if is_cut:
        cut = float(row.effect_winsorised), float(row.low_winsorised), float(row.high_winsorised)
        cells.append((effect_cell(view, outcome, *cut), cut[0]))
        cells.append((interval_cell(view, outcome, float(row.low_bootstrap), float(row.high_bootstrap)), None))
    if is_part:
        reached = float(row.effect_reached), float(row.low_reached), float(row.high_reached)
        cells.append((effect_cell(view, outcome, *reached), reached[0]))
    return tuple(cells)


def findings(view: View) -> list[Finding]:
    """Money that differs only because of a few large amounts, told in its section."""
    effects = told_effects(view)
    if not len(effects):
        return []
    cut = effects["effect_winsorised"].notna() & effects["found"].astype(bool)
    gone = (effects["low_winsorised"] <= 0) & (effects["high_winsorised"] >= 0)
    found = rows(effects[cut & gone])
    if not found:
        return []
    say, first = view.language.say, found[0]
    outcome = str(first.outcome)
    return [
        Finding(
            id="large_amounts", grade=Grade.C,
            head=say("{campaign}: the difference rests on a few large amounts", campaign=view.name(first.campaign)),
            statement=_told(view, first, outcome),
            meaning=say("A few customers decide what the whole arm seems to have done; in another draw they would not "
                        "be in it."),
            action=say("Plan with the figure without the largest amounts."), section="readings",
            value=float(first.effect_winsorised), low=float(first.low_winsorised), high=float(first.high_winsorised),
            n=int(first.n) + int(first.n_control), unit=outcome, notable=False,
        )
    ]  # fmt: skip


def _told(view: View, row: Any, outcome: str) -> Text:
    return view.language.say(
        "In {campaign} {outcome} differs by {change} between {n} and {base}; with the largest amounts cut it is "
        "**{cut}** ({interval}).", campaign=view.name(row.campaign), outcome=view.outcome(outcome),
        change=view.change(outcome, float(row.effect)), n=view.counted_customers(int(row.n)),
        base=view.counted_customers(int(row.n_control)), cut=view.change(outcome, float(row.effect_winsorised)),
        interval=view.change_between(outcome, float(row.low_winsorised), float(row.high_winsorised)),
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """That a share reached is not an experiment of its own."""
    shown = _shown(view).head(MOST_ROWS)
    if not len(shown) or not bool(_is_part_reached(shown).any()):
        return []
    least = float(shown.loc[_is_part_reached(shown), "reached"].min())
    if math.isnan(least):
        return []
    return [
        view.language.say(
            "Not everybody of an arm got the message (in one arm {share}). The effect as drawn is what a decision to "
            "send brings; comparing only those reached with the control arm would compare different people.",
            share=view.language.percent(least),
        )
    ]  # fmt: skip
