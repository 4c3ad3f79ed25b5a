"""Which items are in most baskets, which categories, and what customers buy again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

MOST_ROWS = 8
LEAST_BUYERS = 100  # customers an item needs to stand in the table of what is bought again
LEVELS = ("item", "category")


def has(view: View) -> bool:
    """Whether there are items to name."""
    return view.result.description is not None and view.n >= view.minimum_base


def _items(view: View, level: str) -> pd.DataFrame:
    assert view.result.description is not None
    items = view.result.description.items
    return items[items["level"] == level]


def _level(view: View) -> str:
    """The level that is told first: products, or categories where only those are put together."""
    return next((level for level in LEVELS if len(_items(view, level))), "item")


def section(view: View) -> SectionWords:
    """Opening: how many items there are, and how many of them are rare."""
    say, language = view.language.say, view.language
    items = _items(view, _level(view))
    top = items.iloc[0]
    least = view.result.parameters.minimum_count
    rare = int((items["baskets"] < least).sum())
    numbers = {
        "items": language.number(len(items)), "top": view.name(int(top["item"])),
        "share": language.percent(float(top["share"])), "rare": language.number(rare),
        "least": language.number(least),
    }  # fmt: skip
    deck = (
        say("Of {items} different items, {top} is in most baskets: {share}. {rare} items are in fewer than {least} "
            "baskets each: too few for a rule.", **numbers)
        if rare
        else say("Of {items} different items, {top} is in most baskets: {share}.", **numbers)
    )  # fmt: skip
    return SectionWords(say("What is in most baskets"), "items", deck)


def tables(view: View) -> list[TableWords]:
    """Items and categories in most baskets, and what is bought again."""
    found = []
    for level in LEVELS:
        items = _items(view, level)
        if len(items):
            found.append(_top_table(view, items.head(MOST_ROWS), level, len(items)))
    again = _again(view)
    if len(again):
        found.append(_again_table(view, again))
    return found


def _top_table(view: View, items: pd.DataFrame, level: str, total: int) -> TableWords:
    say, language = view.language.say, view.language
    has_money, has_people = view.baskets.has_money, _knows_buyers(view, items)
    rows: list[Row] = []
    for line in items.to_dict("records"):
        share = float(line["share"])
        row: Row = (
            (view.bare_label(int(line["item"])), None),
            (language.number(int(line["baskets"])), int(line["baskets"])),
            (language.percent(share, 1), share),
            (view.between(Interval(line["low"], line["high"]), 1), share),
        )
        if has_money:
            row += ((language.percent(line["revenue_share"], 1), line["revenue_share"]),)
        if has_people:
            row += (_again_cell(view, float(line["buyers"]), float(line["repeat_buyers"])),)
        rows.append(row)
    name = say("Item in baskets") if level == "item" else say("Category in baskets")
    heads = [(name, "name"), (say("Baskets with it"), "number"), (say("Share of all baskets"), "number"),
             (say("Interval of that share"), "number")]  # fmt: skip
    heads += [(say("Its share of the money"), "number")] if has_money else []
    heads += [(say("Buyers who bought it again"), "number")] if has_people else []
    shown = language.number(len(items))
    caption = (
        say("The {shown} of {items} items in most baskets", shown=shown, items=language.number(total))
        if level == "item"
        else say("The {shown} of {items} categories in most baskets", shown=shown, items=language.number(total))
    )
    return TableWords(tuple(heads), tuple(rows), caption, _top_how(view, has_people=has_people), file="items.csv")


def _knows_buyers(view: View, items: pd.DataFrame) -> bool:
    """Whether it is known who bought again; what is only looked at is not bought again."""
    return not view.is_content and bool(items["buyers"].notna().any())


def _top_how(view: View, *, has_people: bool) -> tuple[tuple[Text, Text], ...]:
    say = view.language.say
    lines = [(say("Share of baskets with an item"), say("Baskets that hold it, of all baskets; Wilson interval"))]
    if has_people:
        lines.append(
            (say("Bought again"), say("Customers with it in two baskets or more, of those with it in one or more"))
        )
    return view.how(*lines)


def _again_cell(view: View, buyers: float, again: float) -> Cell:
    if math.isnan(buyers) or _is_few(view, buyers, again):
        return view.few(0), None
    if buyers < view.minimum_base:
        return view.not_estimable(int(buyers)), None
    return view.language.percent(again / buyers), again / buyers


def _is_few(view: View, buyers: float, again: float) -> bool:
    """Whether one of the two groups of buyers is too small to be shown."""
    return any(0 < count < view.minimum_group for count in (buyers, again, buyers - again))


def _again(view: View) -> pd.DataFrame:
    """Items whose buyers most often bought them again, surely so: by the lower end of the interval."""
    items = _items(view, _level(view))
    if not _knows_buyers(view, items):
        return items.head(0)
    least = max(LEAST_BUYERS, view.minimum_base, view.minimum_group)
    kept = items[items["buyers"] >= least]
    few = [_is_few(view, float(one), float(two)) for one, two in
           zip(kept["buyers"], kept["repeat_buyers"], strict=True)]  # fmt: skip
    kept = kept.loc[[not one for one in few]]  # of no rows an empty list alone would choose columns
    kept = kept[kept["repeat_buyers"] > 0]
    return kept.sort_values(["repeat_low", "item"], ascending=[False, True]).head(MOST_ROWS)


def _again_table(view: View, items: pd.DataFrame) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for line in items.to_dict("records"):
        share, interval = float(line["repeat"]), Interval(line["repeat_low"], line["repeat_high"])
        rows.append(
            (
                (view.bare_label(int(line["item"])), None),
                (language.number(int(line["buyers"])), int(line["buyers"])),
                (language.percent(share), share),
                (view.between(interval), share),
            )
        )
    return TableWords(
        ((say("Item bought again"), "name"), (say("Customers who bought it"), "number"),
         (say("Of them bought it again"), "number"), (say("Interval of the repeat share"), "number")),
        tuple(rows),
        say("What customers buy again most surely"),
        view.how(
            (
                say("Bought again"),
                say("Customers with it in two baskets or more, of those with it in one or more"),
            ),
            (
                say("Order of the rows"),
                say("By the lower end of the interval; items of {least} customers or more",
                    least=language.number(max(LEAST_BUYERS, view.minimum_base, view.minimum_group))),
            ),
        ),
        file="items.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """What is bought again."""
    if not has(view):
        return []
    again = _again(view)
    if not len(again):
        return []
    say, language, top = view.language.say, view.language, again.iloc[0]
    interval = Interval(float(top["repeat_low"]), float(top["repeat_high"]))
    others = [view.name(int(item)) for item in again["item"].tolist()[1:3]]
    numbers = {
        "item": view.name(int(top["item"])), "share": language.percent(float(top["repeat"])),
        "interval": view.in_bracket(interval), "buyers": view.counted_customers(int(top["buyers"])),
    }  # fmt: skip
    meaning = (
        say("Next come {others}.", others=language.listing(others)) if others
        else say("No other item is bought by enough customers to say so.")
    )  # fmt: skip
    return [
        Finding(
            id="repeat_items", grade=Grade.C, head=say("What is bought again"),
            statement=say("Of {buyers} who bought {item}, **{share}** ({interval}) bought it again.", **numbers),
            meaning=meaning,
            action=say("Remind buyers of these items when their usual gap is over, rather than offer something new."),
            section="items", value=float(top["repeat"]), low=interval.low, high=interval.high, n=int(top["buyers"]),
            unit="share", notable=False,
        )
    ]  # fmt: skip
