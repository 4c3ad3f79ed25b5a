"""Anchor items: whose baskets hold more other margin than chance gives in baskets of their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.basket_rules.money import MARGIN, NONE, amount, found, margins, parts
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.narrative.basket_rules.view import View

MOST = 8


def _shown(view: View) -> pd.DataFrame:
    """The anchors that may be shown."""
    table = parts(view).anchors
    kept = table[table["significant"].astype(bool)]
    if view.baskets.has_people:
        kept = kept[kept["customers"].fillna(0) >= view.minimum_group]
    return kept.reset_index(drop=True)


def has(view: View) -> bool:
    """Whether items could be compared."""
    bundles = found(view)
    return bundles is not None and bundles.money != NONE and len(bundles.anchors) > 0


def section(view: View) -> SectionWords:
    """Opening: what an anchor is here."""
    say, language = view.language.say, view.language
    number = len(_shown(view))
    if not number:
        deck = say(
            "Of {items} items none has dearer company than chance gives in baskets of that size.",
            items=language.number(len(parts(view).anchors)),
        )  # fmt: skip
    else:
        deck = language.say_count(
            "One of {items} items has dearer company than chance gives in baskets of that size.",
            "{count} of {items} items have dearer company than chance gives in baskets of that size.",
            number, items=language.number(len(parts(view).anchors)),
        )  # fmt: skip
    return SectionWords(say("Anchor items"), "anchors", deck)


def tables(view: View) -> list[TableWords]:
    """The surest anchors."""
    if not has(view) or not len(_shown(view)):
        return []
    say, is_margin = view.language.say, parts(view).money == MARGIN
    return [
        TableWords(
            (
                (say("Item"), "name"),
                (say("Baskets with it"), "number"),
                (say("Other margin in them") if is_margin else say("Other revenue in them"), "number"),
                (say("By chance at that size"), "number"),
                (say("Beyond it"), "number"),
                (say("Interval of that"), "number"),
            ),
            tuple(_row(view, row) for row in rows(_shown(view).head(MOST))),
            say("Items in dear company, for each basket"),
            view.how(
                (
                    say("By chance at that size"),
                    say("What other items bring a place in all baskets of that size, times the places beside the item"),
                ),
                (
                    say("Certainty"),
                    say(
                        "Interval over customers; at most {share} false ones among the {items} items bought most",
                        share=view.language.percent(view.result.parameters.false_discovery),
                        items=view.language.number(len(parts(view).anchors)),
                    ),
                ),
                margins(view),
            ),
            file="anchors.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any) -> Row:
    return (
        (view.bare_label(int(row.item)), None),
        (view.language.number(int(row.baskets)), int(row.baskets)),
        (amount(view, float(row.other)), float(row.other)),
        (amount(view, float(row.expected)), float(row.expected)),
        (amount(view, float(row.difference)), float(row.difference)),
        (
            view.language.say("{low} to {high}", low=amount(view, float(row.low)), high=amount(view, float(row.high))),
            float(row.low),
        ),
    )


def findings(view: View) -> list[Finding]:
    """The surest anchor."""
    if not has(view) or not len(_shown(view)):
        return []
    say, best = view.language.say, rows(_shown(view).head(1))[0]
    numbers = {
        "item": view.name(int(best.item)), "other": amount(view, float(best.other)),
        "beyond": amount(view, float(best.difference)),
        "interval": view.money_between(float(best.low), float(best.high)),
        "baskets": view.counted(int(best.baskets)),
    }  # fmt: skip
    statement = (
        say("{baskets} with {item} hold **{other}** of other margin each, {beyond} more than chance gives in baskets "
            "of their size ({interval}).", **numbers)
        if parts(view).money == MARGIN
        else say("{baskets} with {item} hold **{other}** of other revenue each, {beyond} more than chance gives in "
                 "baskets of their size ({interval}).", **numbers)
    )  # fmt: skip
    return [
        Finding(
            id="anchors", grade=Grade.C, head=say("{item} stands in dear company", **numbers), statement=statement,
            meaning=say("Its own margin says too little of it. Whether it draws the others, only a test can say."),
            action=say("Do not let {item} run out, and do not drop it for a thin margin of its own.", **numbers),
            section="anchors", value=float(best.difference), low=float(best.low), high=float(best.high),
            n=int(best.baskets), unit="money", notable=False,
        )
    ]  # fmt: skip
