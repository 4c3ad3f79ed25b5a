"""What to suggest to whom: the test of the methods, which items go with which, the lists in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.association.variants import are_variants
from customer_analytics.narrative.basket_rules.next_findings import SECTION, findings
from customer_analytics.narrative.basket_rules.suggestions import (
    customer_tables,
    limits,
    main_test,
    method,
    method_head,
    method_name,
    recommended,
    split_day,
    verb,
)
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.recommend import Tested
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

__all__ = ["bars", "customer_tables", "figure", "findings", "has_figure", "limits", "method", "section", "tables"]

MOST_ROWS = 8
LOOKED_AT = 2_000  # closest pairs among which different articles are looked for


def section(view: View) -> SectionWords:
    """Opening: what the lists are made with."""
    say, found, test = view.language.say, recommended(view), main_test(view)
    title = say("What to suggest to whom")
    if found is None or test is None:
        return SectionWords(title, SECTION, why_none(view))
    if test.name == "completion":
        deck = say("{why} {instead}", why=why_none(view), instead=_on_baskets(view))
        return SectionWords(title, SECTION, deck)
    deck = say(
        "{ways} ways to choose {k} new items for each customer have learned from everything up to {day}; what the "
        "customers {bought} afterwards says which of them is worth using.",
        ways=view.language.number(len(test.table)), k=view.language.number(found.next_items), day=split_day(view),
        bought=verb(view),
    )  # fmt: skip
    return SectionWords(title, SECTION, deck)


def _on_baskets(view: View) -> Text:
    """How the test that needs no customers is made."""
    say = view.language.say
    if view.is_timed:
        return say("Tested on baskets alone: one item of each later basket is left out and guessed from the others.")
    return say("Tested on baskets alone: one item of each basket held back is left out and guessed from the others.")


def why_none(view: View) -> Text:
    """Why there is no test by customer, as a sentence."""
    say, found = view.language.say, recommended(view)
    least = view.language.number(view.minimum_base)
    reason = "nothing" if found is None else found.reason or found.next_test.reason
    return {
        "no_people": say("Not estimable for customers: the baskets do not say whose they are."),
        "no_dates": say(
            "Not estimable for customers: the baskets have no dates, so there is no later time to test on."
        ),
        "no_later": say(
            "Not estimable for customers: all baskets lie on one day, so there is no later time to test on."
        ),
        "few_people": say(
            "Not estimable for customers: fewer than {least} customers are known before and after the cut.", least=least
        ),
    }.get(reason) or say("Not estimable for customers: there are too few items to choose from.")


def has_figure(view: View) -> bool:
    """Whether there is a test to draw."""
    return main_test(view) is not None


def bars(view: View) -> list[BarRow]:
    """Hit rate of each method with its interval, best first."""
    test = main_test(view)
    if test is None:
        return []
    rows = test.table.sort_values(["hit_rate", "method"], ascending=[False, True])
    return [
        (
            str(method_head(view, row["method"])), row["hit_rate"], view.language.percent(row["hit_rate"], 1),
            "s1" if row["method"] == test.winner else "faint", row["hit_rate_low"], row["hit_rate_high"],
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip


def figure(view: View) -> FigureWords:
    """Title, subtitle, alternative text and source of the bars."""
    say, language, test, found = view.language.say, view.language, main_test(view), recommended(view)
    assert test is not None and found is not None
    rates = [
        str(say("{method} {rate}", method=method_name(view, one), rate=language.percent(rate, 1)))
        for one, rate in zip(test.table["method"], test.table["hit_rate"], strict=True)
    ]
    k = language.number(found.next_items)
    if test.name == "next":
        subtitle = say("Customers who {bought} at least one of {k} items suggested, share, with interval", k=k,
                       bought=verb(view))  # fmt: skip
    else:
        subtitle = say("Baskets whose missing item is among {k} suggested, share, with interval", k=k)
    return FigureWords(
        _figure_title(view, test), subtitle, say("Hit rates: {rates}.", rates=language.listing(rates)),
        say("{source} Tested on {tested}.", source=view.source, tested=tested_on(view, test)),
    )  # fmt: skip


def _figure_title(view: View, test: Tested) -> Text:
    say = view.language.say
    if not test.beaten:
        return say("No method does better than what most customers take")
    return say(
        "{method} hits more often than popularity: {rate} against {other}", method=method_head(view, test.winner),
        rate=view.language.percent(test.measure("hit_rate")),
        other=view.language.percent(test.measure("hit_rate", test.baseline)),
    )  # fmt: skip


def tested_on(view: View, test: Tested) -> Text:
    """The base of a test: 1,860 customers after 12 August 2011; 6,450 later baskets."""
    say = view.language.say
    if test.name == "next":
        return say("{customers} after {day}", customers=view.counted_customers(test.n), day=split_day(view))
    if view.is_timed:
        return say("{baskets} of the later part", baskets=view.counted(test.n))
    return say("{baskets} held back", baskets=view.counted(test.n))


def tables(view: View) -> list[TableWords]:
    """The measures of both tests, and the closest pairs of items."""
    found = recommended(view)
    if found is None:
        return []
    made = [_test_table(view, test) for test in (found.next_test, found.completion) if not test.reason]
    near = _similar_rows(view)
    if near:
        made.append(_similar_table(view, near))
    return made


def _test_table(view: View, test: Tested) -> TableWords:
    say, by_people = view.language.say, test.name == "next"
    columns = (
        (say("Way to choose"), "name"), (say("Hit rate"), "number"), (say("More than popularity, points"), "number"),
        (say("Mean reciprocal rank"), "number"), (say("Novelty, bits"), "number"),
        (say("Items ever suggested"), "number"),
    )  # fmt: skip
    ordered = test.table.sort_values(["hit_rate", "method"], ascending=[False, True]).to_dict("records")
    rows = [_test_row(view, test, pd.Series(row)) for row in ordered]
    caption = say("The methods, tested on customers' later baskets")
    if not by_people:
        caption = say("The methods, tested on an item left out of each later basket")
        if not view.is_timed:
            caption = say("The methods, tested on an item left out of each basket held back")
    return TableWords(columns, tuple(rows), caption, view.how(*_how(view, test)), file="recommender_test.csv")


def _test_row(view: View, test: Tested, row: pd.Series) -> Row:
    say, language = view.language.say, view.language
    interval = view.between(Interval(row["hit_rate_low"], row["hit_rate_high"]))
    gain = language.signed(100 * row["gain"], 1)
    if row["method"] == test.baseline:
        more: tuple[str, float | None] = (str(say("the standard")), 0.0)
    else:
        low, high = language.signed(100 * row["gain_low"], 1), language.signed(100 * row["gain_high"], 1)
        more = (str(say("{rate} ({low} to {high})", rate=gain, low=low, high=high)), row["gain"])
    return (
        (str(method_head(view, row["method"])), None),
        (
            str(say("{rate} ({interval})", rate=language.percent(row["hit_rate"], 1), interval=interval)),
            row["hit_rate"],
        ),
        more,
        (language.number(row["mrr"], 3), row["mrr"]),
        (language.number(row["novelty"], 1), row["novelty"]),
        (language.percent(row["coverage"]), row["coverage"]),
    )


def _how(view: View, test: Tested) -> list[tuple[Text, Text]]:
    say, language, found = view.language.say, view.language, recommended(view)
    assert found is not None
    lines = [
        (say("Tested on"), tested_on(view, test)),
        (say("Learned from"), _learned_from(view, test)),
        (
            say("Hit rate"),
            say(
                "Share with at least one hit among {k} items; intervals and differences by drawing customers again, "
                "all methods with the same draws", k=language.number(found.next_items),
            ),
        ),
        (
            say("Novelty"),
            say("Mean over the suggested items of minus the binary logarithm of the share who have the item"),
        ),
    ]  # fmt: skip
    if test.name == "next":
        lines.insert(
            1,
            (
                say("Hit"),
                say(
                    "An item that the customer did not have before and took afterwards; on average {items} such items "
                    "a customer", items=language.number(test.truths, 1),
                ),
            ),
        )  # fmt: skip
    return lines


def _learned_from(view: View, test: Tested) -> Text:
    """What the methods knew: 3,020 customers of the earlier part."""
    say = view.language.say
    learned = view.counted_customers(test.learned) if test.name == "next" else view.counted(test.learned)
    if not view.is_timed:
        return say("{learned} of the other part", learned=learned)
    return say("{learned} of the earlier part, and from nothing later", learned=learned)


def _similar_rows(view: View) -> list[Row]:
    """The closest pairs of different articles, each item once, of enough customers (or baskets)."""
    found, language = recommended(view), view.language
    assert found is not None
    close = found.similar[found.similar["together"] >= view.minimum_group]
    close = close.sort_values(["similarity", "item", "other"], ascending=[False, True, True])
    rows: list[Row] = []
    told: set[str] = set()
    for row in close.head(LOOKED_AT).to_dict("records"):
        pair = {row["item"], row["other"]}
        if told & pair or are_variants(str(row["product"]), str(row["other_product"])):
            continue  # colours and sizes of one article are no news; each item once
        told |= pair
        rows.append(
            (
                (view.label(row["code"]), None), (view.label(row["other_code"]), None),
                (language.number(row["together"]), row["together"]),
                (language.number(row["similarity"], 2), row["similarity"]),
            )
        )  # fmt: skip
        if len(rows) == MOST_ROWS:
            break
    return rows


def _similar_table(view: View, rows: list[Row]) -> TableWords:
    say, found = view.language.say, recommended(view)
    assert found is not None
    by_people = len(found.similar) and found.similar["unit"].iloc[0] == "customers"
    head = say("Customers with both") if by_people else say("Baskets with both")
    columns = (
        (say("Who has this item"), "name"), (say("often has this one too"), "name"), (head, "number"),
        (say("Similarity"), "number"),
    )  # fmt: skip
    how = (
        (
            say("Similarity"),
            say(
                "Number with both over the square root of the product of the numbers with each (cosine), drawn towards "
                "nothing where few have both; variants of one article are left out here, and each item stands once"
            ),
        ),
    )
    return TableWords(columns, tuple(rows), say("Closest pairs of items"), view.how(*how), file="similar_items.csv")
