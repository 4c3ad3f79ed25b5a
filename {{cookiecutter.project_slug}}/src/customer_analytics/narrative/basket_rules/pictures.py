"""The rules in pictures: network, matrix of the most frequent items, all rules by support and confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import FigureWords

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

NodeRow = tuple[str, float, str]  # name, baskets, role
EdgeRow = tuple[int, int, float, str, str]  # positions of both, strength, in words, role
DotRow = tuple[float, float, float, bool, str]  # support, confidence, lift, worth a look, name
CellRow = tuple[float | None, str, int]  # lift, in words, 1 more than chance, -1 less, 0 not sure
MOST_LINES = 30
MOST_NAMED = 3
MOST_DOTS = 100  # rules that are dots of their own
LEAST_RULES = 5  # fewer are told in words


def _pairs(view: View) -> pd.DataFrame:
    """Shown rules of two single items, strongest first: of products where there are some, else of all levels."""
    shown = view.shown
    if not len(shown):
        return shown
    two = shown[shown["length"] == 2]
    products = two[two["level"] == "item"]
    return (products if len(products) > 2 else two).head(MOST_LINES).reset_index(drop=True)


def has_network(view: View) -> bool:
    """Whether enough pairs go together for a picture of them."""
    return len(_pairs(view)) > 2


def network(view: View) -> tuple[list[NodeRow], list[EdgeRow]]:
    """The items of the strongest pairs and the lines between them."""
    found = _pairs(view)
    ends = [(int(rule.antecedent[0]), int(rule.consequent[0])) for rule in rows(found)]
    codes = sorted({code for pair in ends for code in pair})
    place = {code: position for position, code in enumerate(codes)}
    held = view.baskets.items.set_index("item")["baskets"]
    nodes = [(view.label(code), float(held[code]), "s1") for code in codes]
    edges = [
        (place[a], place[b], float(rule.lift), view.short_times(float(rule.lift)), "alert" if first else "s3")
        for first, rule, (a, b) in zip(_firsts(len(ends)), rows(found), ends, strict=True)
    ]
    return nodes, edges


def _firsts(count: int) -> list[bool]:
    return [place == 0 for place in range(count)]


def network_figure(view: View) -> FigureWords:
    """The words of the network: its strongest line, and the item with the most lines."""
    say, found = view.language.say, _pairs(view)
    best = found.iloc[0]
    ends = pd.Series([side[0] for rule in rows(found) for side in (rule.antecedent, rule.consequent)])
    joined = ends.value_counts(sort=False).rename_axis("item").reset_index(name="lines")
    hub = joined.sort_values(["lines", "item"], ascending=[False, True]).iloc[0]
    numbers = {
        "left": view.names(best["antecedent"]), "right": view.names(best["consequent"]),
        "times": view.times(float(best["lift"])), "hub": view.name(int(hub["item"])),
        "lines": view.language.number(int(hub["lines"])), "pairs": view.language.number(len(found)),
    }  # fmt: skip
    if int(hub["lines"]) > 2:
        title = say("{hub} is at the centre: it goes with {lines} others", **numbers)
    else:
        title = say("{left} and {right} are the strongest pair", **numbers)
    return FigureWords(
        title,
        say("The {pairs} strongest pairs; dots as large as the item is frequent, lines as thick as the lift is high; "
            "the strongest pair in red", **numbers),
        say("{title}. The strongest pair is {left} and {right}, together {times} as often as chance gives.",
            title=title, **numbers),
        view.source,
    )  # fmt: skip


def has_matrix(view: View) -> bool:
    """Whether there are pairs of frequent items to compare."""
    matrix = view.result.matrix
    return view.rules is not None and matrix is not None and len(matrix.items) > 2


def matrix(view: View) -> tuple[list[str], list[str], list[list[CellRow]]]:
    """Names, shares of baskets, and for each item the pairs with those above it."""
    found, language = view.result.matrix, view.language
    assert found is not None
    held = view.baskets.items.set_index("item")["baskets"]
    shares = [language.percent(int(held[code]) / view.n) for code in found.items]
    cells: list[list[CellRow]] = [[] for _ in found.items]
    for pair in rows(found.table.sort_values(["b", "a"])):
        known = pair.lift == pair.lift
        cells[int(pair.b)].append((float(pair.lift) if known else None, language.number(pair.lift, 1), int(pair.sure)))
    return [view.bare_label(code) for code in found.items], shares, cells


def matrix_figure(view: View) -> FigureWords:
    """The words of the matrix: how many of the pairs are above and below chance, and the extremes."""
    say, number, found = view.language.say, view.language.number, view.result.matrix
    assert found is not None
    table = found.table
    more, less = table[table["sure"] > 0], table[table["sure"] < 0]
    what = say("categories") if found.level == "category" else (say("items") if view.is_content else say("products"))
    numbers: dict[str, Any] = {
        "count": number(len(found.items)), "what": what, "pairs": number(len(table)), "more": number(len(more)),
        "less": number(len(less)), "one": number(1),
    }  # fmt: skip
    if len(more):
        title = say("Of {pairs} pairs of the {count} most frequent {what}, {more} go together beyond chance", **numbers)
    else:
        title = say("None of the {pairs} pairs of the {count} most frequent {what} goes together beyond chance",
                    **numbers)  # fmt: skip
    if len(less):
        title = say("{title}, {less} less often than chance gives", title=title, **numbers)
    return FigureWords(
        title,
        say("Lift ({one} is chance); shaded: surely above it, framed in red: surely below it, plain: neither; on the "
            "diagonal the share of baskets with the item", **numbers),
        say("{title}.{extremes}", title=title, extremes=_extremes(view, more, less)),
        view.source,
    )  # fmt: skip


def _extremes(view: View, more: pd.DataFrame, less: pd.DataFrame) -> Text:
    """The pair furthest above chance and the one furthest below, as sentences."""
    say, found = view.language.say, view.result.matrix
    assert found is not None
    told = Text("")
    for some, ascending in ((more, False), (less, True)):
        if len(some):
            pair = some.sort_values(["lift", "a", "b"], ascending=[ascending, True, True]).iloc[0]
            told = say(
                "{before} {left} and {right}: {times}.", before=told, left=view.name(found.items[int(pair["a"])]),
                right=view.name(found.items[int(pair["b"])]), times=view.times(float(pair["lift"])),
            )  # fmt: skip
    return told


def has_scatter(view: View) -> bool:
    """Whether there are enough rules for a picture of all."""
    return view.rules is not None and len(view.rules.table) >= LEAST_RULES


def scatter(view: View) -> list[DotRow]:
    """All rules; the strongest of the shown ones by name."""
    assert view.rules is not None
    named = {int(rule.rule): _rule_name(view, rule) for rule in rows(view.shown.head(MOST_NAMED))}
    table = view.rules.table.sort_values("rule")
    told = set(view.shown["rule"].head(MOST_DOTS)) if len(view.shown) else set()
    columns = zip(table["rule"], table["support"], table["confidence"], table["lift"], strict=True)
    return [
        (float(support), float(confidence), float(lift), rule in told, named.get(int(rule), ""))
        for rule, support, confidence, lift in columns
    ]


def _rule_name(view: View, rule: Any) -> str:
    return str(view.language.say("{left} → {right}", left=view.side(rule.antecedent), right=view.side(rule.consequent)))


def scatter_words(view: View, ends: list[float]) -> tuple[str, str, list[str]]:
    """Labels of both axes, and what each shade stands for."""
    say, number = view.language.say, view.language.number
    return (
        say("Support: share with both sides"),
        say("Confidence: share of those with the left side that hold the right one"),
        [str(say("lift up to {lift}", lift=number(end, 1))) for end in ends],
    )


def scatter_figure(view: View) -> FigureWords:
    """The words of the picture of all rules: how many there are, and how many say something."""
    say, number, rules = view.language.say, view.language.number, view.rules
    assert rules is not None
    table = rules.table
    told = sum(not view.is_explained(int(rule)) for rule in rules.told["rule"])
    numbers = {
        "rules": number(len(table)), "told": number(told),
        "significant": number(int(table["significant"].sum())),
        "redundant": number(int((table["significant"] & table["redundant"]).sum())),
        "count": number(len(view.shown.head(MOST_NAMED))),
    }  # fmt: skip
    if not told:
        title = say("None of the {rules} rules is beyond chance and says something of its own", **numbers)
    else:
        title = say("Of {rules} rules, {told} are beyond chance and say something of their own", **numbers)
    return FigureWords(
        title,
        say("Squares: all rules, darker where the lift is higher; dots: the {dots} strongest, the first {count} named",
            dots=number(min(len(view.shown), MOST_DOTS)), **numbers)
        if len(view.shown)
        else say("Squares: all rules, darker where the lift is higher"),
        say("{title}. Beyond chance are {significant}; of these {redundant} repeat a more general rule.", title=title,
            **numbers),
        view.source,
    )  # fmt: skip
