"""Attach rates: of the baskets with one product, how many hold the other too, and whether that changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.bundles.attach import DOWN, STEADY, UP
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.narrative.basket_rules.view import View

MOST = 8


def _shown(view: View) -> pd.DataFrame:
    """Of each pair the way round with the higher rate, the strongest pairs first; those that hold within groups."""
    bundles = view.result.bundles
    assert bundles is not None
    table = bundles.attach
    if not len(table):
        return table
    kept = table[[not view.is_explained(int(rule)) for rule in table["rule"]]]
    if view.baskets.has_people:
        kept = kept[kept["customers_both"].fillna(0) >= view.minimum_group]
    couple: Any = [tuple(sorted(both)) for both in zip(kept["a"], kept["b"], strict=True)]
    ranked = kept.assign(_couple=couple)
    ranked["_place"] = ranked.groupby("_couple")["pair"].transform("min")
    ranked = ranked.sort_values(["_place", "attach", "pair"], ascending=[True, False, True], kind="stable")
    return ranked.drop_duplicates("_couple").drop(columns=["_couple", "_place"]).reset_index(drop=True)


def has(view: View) -> bool:
    """Whether there is a pair to tell of."""
    return view.result.bundles is not None and len(_shown(view)) > 0


def section(view: View) -> SectionWords:
    """Opening: what the rate is."""
    say = view.language.say
    deck = say("What a suggestion beside the first one starts from; it says nothing of why the two go together.")
    return SectionWords(say("How often the second comes along"), "attach", deck)


def _has_trend(view: View) -> bool:
    return bool((_shown(view)["trend"].isin((UP, DOWN, STEADY))).any())


def tables(view: View) -> list[TableWords]:
    """The strongest pairs with their rates."""
    if not has(view):
        return []
    say, told = view.language.say, _has_trend(view)
    columns = [
        (say("Baskets with this"), "name"), (say("hold this too"), "name"), (say("Baskets with the first"), "number"),
        (say("Attach rate"), "number"), (say("Interval of the rate"), "number"),
    ]  # fmt: skip
    if told:
        columns += [(say("Earlier part"), "number"), (say("Later part"), "number"), (say("Course of the rate"), "text")]
    return [
        TableWords(
            tuple(columns),
            tuple(_row(view, row, told) for row in rows(_shown(view).head(MOST))),
            say("Attach rates of the strongest pairs"),
            view.how(
                (
                    say("Attach rate"),
                    say("Baskets with both over baskets with the first; interval over customers where they are known"),
                ),
                *(
                    [(
                        say("Course of the rate"),
                        say("Later against earlier part; told where at most {share} of those told are false",
                            share=view.language.percent(view.result.parameters.false_discovery)),
                    )]
                    if told else []
                ),
            ),
            file="attach.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, told: bool) -> Row:
    language, n = view.language, int(row.baskets_a)
    cells: list[tuple[str, Any]] = [
        (view.label(int(row.a)), None), (view.label(int(row.b)), None), (language.number(n), n),
        (view.rate(float(row.attach), n), float(row.attach)),
        (view.between(Interval(float(row.low), float(row.high))), float(row.low)),
    ]  # fmt: skip
    if told:
        cells += [
            (language.percent(float(row.earlier)), float(row.earlier)),
            (language.percent(float(row.later)), float(row.later)), (_course(view, str(row.trend)), None),
        ]  # fmt: skip
    return tuple(cells)


def _course(view: View, trend: str) -> Text:
    say = view.language.say
    return {UP: say("rises"), DOWN: say("falls"), STEADY: say("no clear change")}.get(trend) or say("too few to tell")


def findings(view: View) -> list[Finding]:
    """The pair whose rate changes most, if any does."""
    if not has(view):
        return []
    say, language = view.language.say, view.language
    moved = _shown(view)[_shown(view)["trend"].isin((UP, DOWN))]
    if not len(moved):
        return []
    best = rows(moved.loc[[moved["change"].abs().idxmax()]])[0]
    change, low, high = float(best.change), float(best.change_low), float(best.change_high)
    if math.isnan(change):
        return []
    numbers = {
        "a": view.name(int(best.a)), "b": view.name(int(best.b)), "earlier": language.percent(float(best.earlier)),
        "later": language.percent(float(best.later)), "change": language.points(change),
        "low": language.points(low), "high": language.points(high),
    }  # fmt: skip
    head = (
        say("{b} comes along with {a} more often than before", **numbers)
        if change > 0
        else say("{b} comes along with {a} less often than before", **numbers)
    )
    return [
        Finding(
            id="attach", grade=Grade.C, head=head,
            statement=say(
                "Of the baskets with {a}, **{later}** hold {b} in the later part, {earlier} in the earlier one: "
                "{change} (interval {low} to {high}).", **numbers,
            ),
            meaning=say("The rate is not a constant of the two products: an offer is measured against the later one."),
            action=say("Look at what changed in the meantime: price, place, season, stock."),
            section="attach", value=change, low=low, high=high, n=int(best.baskets_a), unit="share", notable=False,
        )
    ]  # fmt: skip
