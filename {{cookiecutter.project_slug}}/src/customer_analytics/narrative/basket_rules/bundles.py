"""The bundle calculator in words: what a bundle needs, brings and gives away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules import money
from customer_analytics.narrative.basket_rules.money import MARGIN, NONE, amount, found, parts, per, price
from customer_analytics.narrative.basket_rules.view import JOINED, rows
from customer_analytics.narrative.exhibits import BarRow, FigureWords, How, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.narrative.basket_rules.view import View

MOST = 8


def reckoned(view: View) -> pd.DataFrame:
    """Of each pair of products the way round that bears the larger discount, those that bear most first."""
    table = parts(view).calculator
    if not len(table):
        return table
    kept = table[[not view.is_explained(int(rule)) for rule in table["rule"]]]
    kept = kept[kept["given_away"].notna()]
    if view.baskets.has_people:
        kept = kept[kept["customers_both"].fillna(0) >= view.minimum_group]
    bears = kept["largest_discount"].fillna(-kept["margin_needed"])
    couple: Any = [tuple(sorted(both)) for both in zip(kept["a"], kept["b"], strict=True)]
    ranked = kept.assign(_bears=bears, _couple=couple).sort_values(
        ["pays", "_bears", "pair"], ascending=[False, False, True], kind="stable"
    )
    return ranked.drop_duplicates("_couple").drop(columns=["_bears", "_couple"]).reset_index(drop=True)


def has(view: View) -> bool:
    """Whether prices of pairs are known."""
    bundles = found(view)
    return bundles is not None and bundles.money != NONE and len(reckoned(view)) > 0


def shown(view: View) -> bool:
    """Whether the section is there: not for visits, and not without baskets."""
    return found(view) is not None


def discount(view: View) -> str:
    """The discount that is reckoned with."""
    share = parts(view).terms.discount
    return view.language.percent(share, 0 if (100 * share).is_integer() else 1)


def section(view: View) -> SectionWords:
    """Opening: the assumptions, or why nothing can be reckoned."""
    say, bundles = view.language.say, parts(view)
    title = say("What a bundle needs, and what it gives away")
    if bundles.money == NONE:
        deck = say(
            "The data hold no prices: how large a test would have to be can be said, what a bundle earns cannot."
        )
    elif not has(view):
        deck = say("No two products go together beyond chance, so there is no bundle to reckon with.")
    elif bundles.money == MARGIN:
        deck = say(
            "Reckoned with {discount} off for both together, offered with the first, {assumed}. Both are assumptions "
            "until a test has measured them.",
            discount=discount(view), assumed=money.conversion(view),
        )  # fmt: skip
    else:
        deck = say(
            "No costs are known, so nobody can say which bundle earns money; what is said is how high the margin of "
            "the second product has to be at {discount} off, {assumed}. State margin_share in engagement.yml to get "
            "the rest.",
            discount=discount(view), assumed=money.conversion(view),
        )  # fmt: skip
    return SectionWords(title, "bundles", deck)


def has_figure(view: View) -> bool:
    """Whether there is something to compare."""
    return has(view) and parts(view).money == MARGIN and len(reckoned(view)) > 1 and parts(view).terms.discount > 0


def bars(view: View) -> list[BarRow]:
    """Arguments of charts.Bar: the conversion that each bundle needs to pay."""
    language = view.language
    drawn: list[BarRow] = []
    for row in rows(reckoned(view).head(MOST)):
        needed = float(row.break_even_conversion)
        name = _pair(view, row)
        if not needed <= 1:
            drawn.append((name, None, str(_no_share(view)), "faint", None, None))
            continue
        high = min(float(row.break_even_high), 1.0)
        role = "s1" if row.pays else "faint"
        drawn.append((name, needed, language.percent(needed, 1), role, float(row.break_even_low), high))
    return drawn


def figure(view: View) -> FigureWords:
    """The conversions needed against the one assumed."""
    say, language, table = view.language.say, view.language, reckoned(view)
    terms = parts(view).terms
    numbers = {
        "discount": discount(view), "assumed": language.percent(terms.conversion, 1), "n": language.number(len(table)),
        "best": _pair(view, rows(table.head(1))[0]), "pays": language.number(int(table["pays"].sum())),
        "least": language.percent(float(table["break_even_conversion"].iloc[0]), 1),
    }  # fmt: skip
    title = (
        say("{pays} of {n} bundles pay at the assumed conversion", **numbers)
        if table["pays"].any()
        else say("Every bundle needs more than the assumed conversion", **numbers)
    )
    return FigureWords(
        title,
        say("Conversion from which a bundle at {discount} off pays, with its interval; assumed are {assumed}",
            **numbers),
        say("The bundle that needs least, {best}, pays from a conversion of {least} on; {pays} of {n} need no more "
            "than the assumed {assumed}.", **numbers)
        if table["break_even_conversion"].iloc[0] <= 1
        else say("At {discount} off no share of buyers makes one of these bundles pay.", **numbers),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The calculator, the bundles that bear the largest discount first."""
    if not has(view):
        return []
    say, is_margin = view.language.say, parts(view).money == MARGIN
    head = [(say("Bundle"), "name"), (say("Price of the bundle"), "number"), (say("Buy both anyway"), "number")]
    if is_margin:
        head += [
            (say("Must be new"), "number"), (say("New ones needed"), "number"), (say("Largest discount"), "number"),
            (say("Expected gain"), "number"),
        ]  # fmt: skip
    else:
        head += [(say("Given away a bundle"), "number"), (say("Margin needed"), "number")]
    head.append((say("Lost if nobody new buys"), "number"))
    caption = say("Bundles at {discount} off: what they need and what they bring, {per}",
                  discount=discount(view), per=per(view))  # fmt: skip
    body = tuple(_row(view, row, is_margin) for row in rows(reckoned(view).head(MOST)))
    return [TableWords(tuple(head), body, caption, _how(view, is_margin), file="bundles.csv")]


def _row(view: View, row: Any, is_margin: bool) -> Row:
    language = view.language
    share, needed = float(row.break_even_share), float(row.units_needed)
    cells: list[tuple[str, Any]] = [
        (_pair(view, row), None), (price(view, float(row.bundle_price)), float(row.bundle_price)),
        (language.percent(float(row.attach)), float(row.attach)),
    ]  # fmt: skip
    if is_margin:
        cells += [
            (language.percent(share) if share <= 1 else str(_no_share(view)), share),
            (language.number(math.ceil(needed)) if math.isfinite(needed) else str(_no_share(view)), needed),
            (language.percent(float(row.largest_discount), 1), float(row.largest_discount)),
            (amount(view, float(row.expected_gain)), float(row.expected_gain)),
        ]
    else:
        margin = float(row.margin_needed)
        cells += [
            (price(view, float(row.given_away)), float(row.given_away)),
            (language.percent(margin) if margin <= 1 else str(_no_share(view)), margin),
        ]
    cells.append((amount(view, float(row.loss_if_wrong)), float(row.loss_if_wrong)))
    return tuple(cells)


def _pair(view: View, row: Any) -> str:
    return JOINED.join((view.bare_label(int(row.a)), view.bare_label(int(row.b))))


def _no_share(view: View) -> Text:
    return view.language.say("none would do")


def _how(view: View, is_margin: bool) -> How:
    say = view.language.say
    lines = [
        (
            say("Offer"),
            say("Whoever has the first product takes both for {discount} less; prices are medians of what was paid",
                discount=discount(view)),
        ),
        (say("Buy both anyway"), say("Share of the baskets with the first that hold the second without an offer; they "
                                     "take the discount too")),
    ]  # fmt: skip
    if is_margin:
        lines += [
            (
                say("Must be new"),
                say("Share of the bundles sold whose buyers would not have taken the second: discount over its margin"),
            ),
            (
                say("New ones needed"),
                say("New bundles that earn what the others give away: bundles bought anyway × discount ÷ (margin of "
                    "the second − discount)"),
            ),
            (
                say("Largest discount"),
                say("At which the bundle just pays, {assumed}", assumed=money.conversion(view)),
            ),
        ]  # fmt: skip
    else:
        lines.append(
            (
                say("Margin needed"),
                say("Margin of the second, as a share of its price, from which the bundle pays, {assumed}",
                    assumed=money.conversion(view)),
            )
        )  # fmt: skip
    return view.how(*lines, money.margins(view), money.period(view))


def findings(view: View) -> list[Finding]:
    """How many bundles would pay."""
    if not has(view) or parts(view).money != MARGIN:
        return []
    say, language, table = view.language.say, view.language, reckoned(view)
    dearest = rows(table.sort_values(["loss_if_wrong", "pair"], ascending=[False, True], kind="stable").head(1))[0]
    best, pays = rows(table.head(1))[0], int(table["pays"].sum())
    numbers = {
        "discount": discount(view), "assumed": money.conversion(view), "pays": language.number(pays),
        "n": language.number(len(table)), "per": per(view),
        "best": view.names((int(best.a), int(best.b))), "gain": amount(view, float(best.expected_gain)),
        "bears": language.percent(float(best.largest_discount), 1),
        "second": view.name(int(dearest.b)), "lost": amount(view, float(dearest.loss_if_wrong)),
        "anyway": language.percent(float(dearest.attach)), "first": view.name(int(dearest.a)),
    }  # fmt: skip
    if pays:
        head = say("{pays} of {n} bundles would pay at {discount} off", **numbers)
        statement = say(
            "At **{discount}** off, {assumed}, **{pays} of {n}** bundles earn more than they give away; best is {best} "
            "with {gain} {per}.", **numbers,
        )  # fmt: skip
    else:
        head = say("No bundle would pay at {discount} off", **numbers)
        statement = say(
            "At **{discount}** off, {assumed}, **none of {n}** bundles earns what it gives away; the best, {best}, "
            "bears a discount of {bears}.", **numbers,
        )  # fmt: skip
    interval = Interval(float(best.break_even_low), float(best.break_even_high))
    return [
        Finding(
            id="bundles", grade=Grade.C, head=head, statement=statement,
            meaning=say(
                "Who buys both anyway takes the discount too: {anyway} of the baskets with {first} hold {second} as "
                "well, and {lost} {per} would be given away for nothing.", **numbers,
            ),
            action=say("Show what goes together side by side at full price; take money off only where it pays."),
            section="bundles", value=_finite(float(best.break_even_conversion)), low=_finite(interval.low),
            high=_finite(interval.high), n=view.n, unit="share",
        )
    ]  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
