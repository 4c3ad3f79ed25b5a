"""The same effect read otherwise: adjusted for the time before, without the largest amounts, among those reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.narrative.campaign_evaluation.drawn import (
    arm_label,
    effect_cell,
    interval_cell,
    told_effects,
    units_told,
)
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 3
LITTLE = 0.01  # share of the variance that is not worth a word
ALL = 0.995  # share of an arm that got its message, from which it is everybody


def has(view: View) -> bool:
    """Whether any effect was read in another way."""
    return bool(tables(view))


def _ordered(view: View) -> pd.DataFrame:
    """Effects that may be read otherwise: those that stand, then the nearest ones."""
    effects = told_effects(view)
    if not len(effects):
        return effects
    effects = effects[~effects["guardrail"].astype(bool) & (effects["outcome"] != "discount")]
    order = effects.assign(_place=range(len(effects)))
    return order.sort_values(["found", "p_adjusted", "p", "_place"], ascending=[False, True, True, True])


def _is_part_reached(effects: pd.DataFrame) -> pd.Series:
    """Whether part of an arm did not get its message."""
    return (effects["reached"] > 0) & (effects["reached"] < ALL)


def section(view: View) -> SectionWords:
    """What adjusting saves."""
    say, title = view.language.say, view.language.say("Does it hold when it is read otherwise?")
    saved = told_effects(view)["variance_saved"].dropna()
    if not len(saved):
        deck = say("The same effects without the largest amounts, and with customers resampled.")
        return SectionWords(title, "readings", deck, inside=True)
    share = max(0.0, float(saved.median()))
    if share < LITTLE:
        deck = say("What a customer did before says next to nothing about what followed; adjusting for it changes "
                   "little.")  # fmt: skip
        return SectionWords(title, "readings", deck, inside=True)
    deck = say("What a customer did before explains {share} of what varies (median over the comparisons): taking it "
               "out is worth {more} more customers.", share=view.language.percent(share, 1),
               more=view.language.percent(share / (1 - share), 1))  # fmt: skip
    return SectionWords(title, "readings", deck, inside=True)


def tables(view: View) -> list[TableWords]:
    """The effects adjusted for the time before, those of money without its tail, and those among the reached."""
    effects = _ordered(view)
    if not len(effects):
        return []
    made = [
        _adjusted(view, effects[effects["effect_cuped"].notna()].head(MOST_ROWS)),
        _tails(view, effects[effects["effect_winsorised"].notna()].head(MOST_ROWS)),
        _among_reached(view, effects[_is_part_reached(effects)].head(MOST_ROWS)),
    ]
    return [table for table in made if table is not None]


def _row(view: View, row: Any, *readings: tuple[str, Any]) -> Row:
    """Arm, outcome, effect as drawn, and its other readings."""
    outcome = str(row.outcome)
    drawn = effect_cell(view, outcome, float(row.effect), float(row.low), float(row.high))
    return (
        (arm_label(view, row), None), (view.measured(outcome), outcome), (drawn, float(row.effect)), *readings,
    )  # fmt: skip


def _read(view: View, row: Any, reading: str) -> tuple[str, float]:
    """One reading with its interval, for a cell."""
    values = [float(getattr(row, f"{name}_{reading}")) for name in ("effect", "low", "high")]
    return effect_cell(view, str(row.outcome), *values), values[0]


def _adjusted(view: View, shown: pd.DataFrame) -> TableWords | None:
    if not len(shown):
        return None
    say, language = view.language.say, view.language
    return TableWords(
        (
            (say("Arm"), "name"), (say("Measured"), "text"), (say("As drawn"), "number"),
            (say("Adjusted for before"), "number"), (say("Variance saved"), "number"),
        ),
        tuple(
            _row(view, row, _read(view, row, "cuped"),
                 (language.percent(max(0.0, float(row.variance_saved))), float(row.variance_saved)))
            for row in rows(shown)
        ),
        say("Effects adjusted for what was done before"),
        view.how(
            (say("Adjusted for before"), say(
                "The same quantity in the {days} before the draw, taken out with one slope for both arms (CUPED)",
                days=language.say_count("{count} day", "{count} days", view.parameters.before_days))),
            units_told(view),
        ),
        file="effects.csv",
    )  # fmt: skip


def _tails(view: View, shown: pd.DataFrame) -> TableWords | None:
    if not len(shown):
        return None
    say = view.language.say
    return TableWords(
        (
            (say("Arm"), "name"), (say("Measured"), "text"), (say("As drawn"), "number"),
            (say("Largest amounts cut"), "number"), (say("Customers resampled"), "number"),
        ),
        tuple(
            _row(view, row, _read(view, row, "winsorised"),
                 (interval_cell(view, str(row.outcome), float(row.low_bootstrap), float(row.high_bootstrap)),
                  float(row.low_bootstrap)))
            for row in rows(shown)
        ),
        say("Effects without the largest amounts"),
        view.how(
            (say("Largest amounts cut"), say("Values above that of {share} of the customers with any count as that "
                                             "value", share=view.language.percent(view.parameters.winsorise))),
            (say("Customers resampled"), say("Interval from drawing customers anew in blocks, which needs no bell "
                                             "curve")),
            units_told(view),
        ),
        file="effects.csv",
    )  # fmt: skip


def _among_reached(view: View, shown: pd.DataFrame) -> TableWords | None:
    if not len(shown):
        return None
    say, language = view.language.say, view.language
    return TableWords(
        (
            (say("Arm"), "name"), (say("Measured"), "text"), (say("As drawn"), "number"),
            (say("Share that got it"), "number"), (say("Among those reached"), "number"),
        ),
        tuple(
            _row(view, row, (language.percent(float(row.reached)), float(row.reached)), _read(view, row, "reached"))
            for row in rows(shown)
        ),
        say("Effects among those whom the message reached"),
        view.how(
            (say("Among those reached"), say("The difference over the share that got its message: right only if the "
                                             "draw did nothing to the others")),
            units_told(view),
        ),
        file="effects.csv",
    )  # fmt: skip


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
    effects = _ordered(view)
    if not len(effects) or not bool(_is_part_reached(effects).any()):
        return []
    return [
        view.language.say(
            "Not everybody of an arm got the message (in one arm {share}). The effect as drawn is what a decision to "
            "send brings; comparing only those reached with the control arm would compare different people.",
            share=view.language.percent(float(effects.loc[_is_part_reached(effects), "reached"].min())),
        )
    ]  # fmt: skip
