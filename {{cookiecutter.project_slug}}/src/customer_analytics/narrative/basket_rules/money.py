"""The money of what goes together: rules by margin, and the words that all sections on money share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.bundles.result import THOUSAND
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import How, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.analysis.bundles import Bundles
    from customer_analytics.narrative.basket_rules.view import View

MOST = 8
MARGIN, REVENUE, NONE = "margin", "revenue", "none"


def found(view: View) -> Bundles | None:
    """What the money of the baskets came to; None where there are no baskets, or visits instead of purchases."""
    return None if view.is_content else view.result.bundles


def parts(view: View) -> Bundles:
    """The same, where it is known to be there."""
    bundles = found(view)
    assert bundles is not None
    return bundles


def per(view: View) -> Text:
    """What an amount or a count stands for, after it: a month; for every 1,000 baskets."""
    say, bundles = view.language.say, parts(view)
    if bundles.per == "month":
        return say("a month")
    return say("for every {thousand} baskets", thousand=view.language.number(THOUSAND))


def period(view: View) -> tuple[Text, Text]:
    """The line of the "How it was computed" box on what a month is."""
    say, bundles = view.language.say, parts(view)
    if bundles.per == "month":
        days = view.language.say_count("{count} day", "{count} days", int(bundles.days))
        return say("What a month is"), say("Thirty days at the traffic of the last {days} of the data", days=days)
    return say("Scale"), say("Baskets without dates: what {thousand} of them hold",
                             thousand=view.language.number(THOUSAND))  # fmt: skip


def margins(view: View) -> tuple[Text, Text]:
    """The line of the box on where margins come from."""
    say, language, goods = view.language.say, view.language, parts(view).goods
    if goods.source == "stated":
        return say("Margin"), say("{share} of the price, as stated in engagement.yml",
                                  share=language.percent(goods.share))  # fmt: skip
    if goods.money == MARGIN:
        return say("Margin"), say(
            "Each product's own, from its costs; where these are not known, that of all others together, {share}",
            share=language.percent(goods.share),
        )  # fmt: skip
    return say("Margin"), say("Not known: the data hold no costs, and engagement.yml states no margin_share")


def conversion(view: View) -> Text:
    """The assumption of what an offer does, inside a sentence."""
    say, language = view.language.say, view.language
    return say(
        "assuming that {share} of the baskets with the first product alone come to hold the second",
        share=language.percent(parts(view).terms.conversion, 0 if parts(view).terms.conversion >= 0.01 else 1),
    )  # fmt: skip


def known(value: float) -> bool:
    """Whether a number is there."""
    return not math.isnan(value)


def amount(view: View, value: float) -> str:
    """An amount; nothing infinite."""
    return view.language.money(value if math.isfinite(value) else None)


def price(view: View, value: float) -> str:
    """A price to the cent."""
    return view.language.money(value, compact=False)


def weighted(view: View) -> pd.DataFrame:
    """Rules by their money: of each set of items the direction that brings more, those that hold within groups."""
    own = parts(view).weighted
    allowed = {int(rule): (left, right) for rule, left, right in zip(
        view.significant["rule"], view.significant["antecedent"], view.significant["consequent"], strict=True
    ) if not view.is_explained(int(rule))} if len(view.significant) else {}  # fmt: skip
    kept = own[own["rule"].isin(list(allowed)) & own["beyond_money"].notna()]
    if not len(kept):
        return kept
    sides = [allowed[int(rule)] for rule in kept["rule"]]
    named = kept.assign(left=[one for one, _ in sides], right=[two for _, two in sides])
    sets: Any = [tuple(sorted((*one, *two))) for one, two in sides]
    return named.assign(_set=sets).drop_duplicates("_set").drop(columns="_set").reset_index(drop=True)


def has(view: View) -> bool:
    """Whether money can be told of any rule."""
    bundles = found(view)
    return bundles is not None and bundles.money != NONE and len(weighted(view)) > 0


def section(view: View) -> SectionWords:
    """Opening: what is reckoned, and with what."""
    say = view.language.say
    title = say("What the combinations are worth")
    bundles = found(view)
    if bundles is None or bundles.money == NONE:
        return SectionWords(title, "money", say("The data hold no prices, so nothing here is told in money."))
    if not len(weighted(view)):
        return SectionWords(title, "money", say("Nothing goes together beyond chance, so there is nothing to weigh."))
    deck = (
        say("A strong rule between cheap things may be worth less than a weak one between dear ones.")
        if bundles.money == MARGIN
        else say("No costs are known: what follows is revenue, of which only a part is earned.")
    )
    return SectionWords(title, "money", deck)


def tables(view: View) -> list[TableWords]:
    """The rules with the most money beyond chance."""
    if not has(view):
        return []
    say, bundles = view.language.say, parts(view)
    is_margin = bundles.money == MARGIN
    return [
        TableWords(
            (
                (say("With this"), "name"),
                (say("goes this"), "name"),
                (say("Margin of a usual purchase") if is_margin else say("Usual purchase"), "number"),
                (say("Baskets beyond chance"), "number"),
                (say("Margin beyond chance") if is_margin else say("Revenue beyond chance"), "number"),
                (say("More margin, if offered") if is_margin else say("More revenue, if offered"), "number"),
            ),
            tuple(_row(view, rule) for rule in rows(weighted(view).head(MOST))),
            say("What goes together, by the money in it, {per}", per=per(view)),
            _how(view),
            file="rule_money.csv",
        )
    ]  # fmt: skip


def _row(view: View, rule: Any) -> Row:
    language = view.language
    each = float(rule.purchase_margin if parts(view).money == MARGIN else rule.purchase)
    beyond = float(rule.beyond_chance)
    return (
        (view.side(rule.left), None), (view.side(rule.right), None), (price(view, each), each),
        (language.number(beyond, 0 if beyond >= 10 else 1), beyond),
        (amount(view, float(rule.beyond_money)), float(rule.beyond_money)),
        (amount(view, float(rule.extra_money)), float(rule.extra_money)),
    )  # fmt: skip


def _how(view: View) -> How:
    say = view.language.say
    return view.how(
        (
            say("Beyond chance"),
            say("Baskets with both less those that chance gives, times a usual purchase of the right side: the median"),
        ),
        (say("If offered"), say("{conversion}, at full price", conversion=_capital(conversion(view)))),
        margins(view),
        period(view),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def findings(view: View) -> list[Finding]:
    """Where most of the money is that goes together."""
    if not has(view):
        return []
    say, language, best = view.language.say, view.language, rows(weighted(view).head(1))[0]
    is_margin = parts(view).money == MARGIN
    numbers = {
        "left": view.names(best.left), "right": view.names(best.right), "per": per(view),
        "beyond": amount(view, float(best.beyond_money)), "extra": amount(view, float(best.extra_money)),
        "assumed": conversion(view), "baskets": language.number(float(best.beyond_chance)),
    }  # fmt: skip
    statement = (
        say("{right} in baskets with {left} bring **{beyond}** of margin {per} more than chance would: the most of "
            "all combinations.",
            **numbers)
        if is_margin
        else say("{right} in baskets with {left} bring **{beyond}** of revenue {per} more than chance would: the most "
                 "of all combinations.",
                 **numbers)
    )  # fmt: skip
    return [
        Finding(
            id="money", grade=Grade.C, head=say("Most money goes with {left}", **numbers), statement=statement,
            meaning=say("That is bought already. Offered at full price it would bring {extra} {per} on top, {assumed}.",
                        **numbers),
            action=say("Rank displays and suggestions by this money, not by lift.", **numbers),
            section="money", value=float(best.beyond_money), n=view.n, unit="money", notable=False,
        )
    ]  # fmt: skip
