"""What a basket is, what one holds and is worth, what was set aside, and which baskets were too large."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.baskets.prepare import BEYOND, LEAST_CAP, USUAL_SHARE
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Description
    from customer_analytics.analysis.baskets.describe import Measure
    from customer_analytics.narrative.basket_rules.view import View

LONGEST_SCALE = 20  # sizes with a column of their own
LONGEST = 40  # characters of such a name
NAMED = 4  # names of what is no product in a cell
LARGEST = 3  # sizes of large baskets that are named


def has(view: View) -> bool:
    """Whether there are baskets to describe."""
    return view.result.description is not None


def _described(view: View) -> Description:
    assert view.result.description is not None
    return view.result.description


def section(view: View) -> SectionWords:
    """What a basket is, and what one is like."""
    say = view.language.say
    title = say("What a basket is here")
    if not has(view):
        return SectionWords(title, "baskets", say("{basket} None is left to look at.", basket=view.what_is_a_basket))
    size = _described(view).size
    numbers = {
        "basket": view.what_is_a_basket, "baskets": view.counted(view.n), "median": _whole(view, size.median),
        "most": _whole(view, size.p90),
    }  # fmt: skip
    deck = (
        say(
            "{basket} Half of {baskets} hold {median} different items or fewer, nine of ten {most} or fewer.", **numbers
        )
        if size.median > 1
        else say("{basket} At least half of {baskets} hold a single item, nine of ten {most} or fewer.", **numbers)
    )
    return SectionWords(title, "baskets", deck)


def _whole(view: View, number: float) -> str:
    return view.language.number(number, 0 if float(number).is_integer() else 1)


def _money_interval(view: View, value: Measure) -> Text:
    if math.isnan(value.low):
        return view.counted(value.n)
    return view.money_between(value.low, value.high)


def columns(view: View) -> list[tuple[str, float, str, str]]:
    """Share of the baskets by the items they hold: name, share, words, role; the last column holds all beyond."""
    sizes = _described(view).sizes
    last = min(int(sizes["size"].max()), LONGEST_SCALE)
    rows = []
    for size in range(1, last + 1):
        beyond = size == last and int(sizes["size"].max()) > last
        own = sizes["size"] >= size if beyond else sizes["size"] == size
        share = float(sizes.loc[own, "baskets"].sum()) / view.n
        name = view.language.number(size) + ("+" if beyond else "")
        rows.append((name, share, view.language.percent(share) if size == 1 else "", "s1" if size == 1 else "s3"))
    return rows


def axis(view: View) -> tuple[Callable[[float], str], str]:
    """How shares are written, and what the columns are."""
    return view.language.percent, str(view.language.say("different items in the basket"))


def figure(view: View) -> FigureWords:
    """Words of the columns of sizes."""
    say, language, told = view.language.say, view.language, _described(view)
    single, interval = told.one_item_share()
    numbers = {
        "single": language.percent(single), "interval": view.in_bracket(interval), "mean": _mean(view, told.size),
        "median": _whole(view, told.size.median), "most": _whole(view, told.size.p90),
    }  # fmt: skip
    return FigureWords(
        say("{single} of the baskets hold one item only", **numbers)
        if told.one_item
        else say("Every basket holds two items or more"),
        say("Share of all baskets by the number of different items in them; dark: one item, which goes with nothing"),
        say(
            "Columns by number of items. One item: {single} ({interval}); mean {mean}, median {median}, nine of ten "
            "hold {most} or fewer.", **numbers,
        ),
        view.source,
    )  # fmt: skip


def _mean(view: View, size: Measure) -> str:
    return view.language.number(size.mean, 1)


def tables(view: View) -> list[TableWords]:
    """Size and value of baskets, and what was set aside."""
    return [table for table in (class_table(view), aside_table(view)) if table is not None]


def class_table(view: View) -> TableWords | None:
    """Baskets, value and money by the number of items."""
    if not has(view):
        return None
    say, language, told = view.language.say, view.language, _described(view)
    rows: list[Row] = []
    for line in told.classes.to_dict("records"):
        count, share = int(line["baskets"]), float(line["share"])
        row: Row = (
            (_class_name(view, int(line["low"]), int(line["high"])), line["low"]),
            (language.number(count), count),
            (language.percent(share), share),
        )
        if told.value is not None:
            value, money = float(line["value"]), float(line["revenue_share"])
            row += ((language.money(value), value), (language.percent(money), money))
        rows.append(row)
    heads = [(say("Different items"), "name"), (say("Baskets of this size"), "number"),
             (say("Share of baskets"), "number")]  # fmt: skip
    if told.value is not None:
        heads += [(say("Mean value of such a basket"), "number"), (say("Share of the money in baskets"), "number")]
    return TableWords(
        tuple(heads), tuple(rows), say("Baskets by the number of items in them"), _class_how(view, told),
        file="basket_classes.csv",
    )  # fmt: skip


def _class_how(view: View, told: Description) -> tuple[tuple[Text, Text], ...]:
    say, language, size = view.language.say, view.language, told.size
    lines = [
        (say("Different items"), say("Each item counts once a basket, whatever the quantity; only products count")),
        (say("Mean number of items"), _interval_words(view, language.number(size.mean, 2), size.low, size.high, 2)),
    ]
    if (codes := view.baskets.codes) is not None:
        names = len(view.baskets.of_level("item"))
        lines.append(
            (say("What one item is"), say(
                "A name, whatever its size or brand: {codes} codes have {names} names",
                codes=language.number(codes), names=language.number(names),
            ))
        )  # fmt: skip
    if told.value is not None:
        value = told.value
        shown = say("{mean}, median {median}", mean=language.money(value.mean), median=language.money(value.median))
        lines.append((say("Mean basket value"), shown))
        lines.append((say("Value of a basket"), say("The money of its products, without postage, fees and vouchers")))
    if told.clustered:
        lines.append(
            (say("Intervals of means"), say("Over customers: several baskets of one customer are not independent"))
        )
    return view.how(*lines)


def _interval_words(view: View, mean: str, low: float, high: float, decimals: int) -> Text:
    say = view.language.say
    if math.isnan(low):
        return say("{mean}, interval not estimable", mean=mean)
    return say("{mean} ({interval})", mean=mean, interval=view.numbers_between(low, high, decimals))


def _class_name(view: View, low: int, high: int) -> Text | str:
    number, say = view.language.number, view.language.say
    if high < 0:
        return say("{low} or more", low=number(low))
    return number(low) if low == high else say("{low} to {high}", low=number(low), high=number(high))


def aside_table(view: View) -> TableWords | None:
    """Why lines were set aside, what no products are; None where nothing was."""
    table = view.baskets.set_aside
    if not len(table):
        return None
    say, language = view.language.say, view.language
    grouped = table.groupby("reason", sort=False)[["lines", "baskets"]].sum().sort_values("lines", ascending=False)
    rows: list[Row] = []
    for reason, line in grouped.iterrows():
        own = table[table["reason"] == reason]
        rows.append(
            (
                (_reason(view, str(reason), own), None),
                (language.number(int(line["lines"])), int(line["lines"])),
                (language.number(int(line["baskets"])), int(line["baskets"])),
            )
        )
    return TableWords(
        (
            (say("Why it is set aside"), "text"), (say("Lines set aside"), "number"),
            (say("Orders or visits concerned"), "number"),
        ),
        tuple(rows),
        say("What is not counted as a product in a basket"),
        (
            (say("No product"), say("The name as a whole says postage, a fee, a voucher and the like, or it ends so "
                                    "and the code is unlike the bulk; engagement.yml can name more")),
            (say("Order"), say("Each line stands under the first reason that holds")),
        ),
        file="set_aside.csv",
    )  # fmt: skip


def _reason(view: View, reason: str, own: pd.DataFrame) -> Text:
    say = view.language.say
    named = {
        "service": say("No product by its name: {names}", names=_names(view, own)),
        "excluded": say("Excluded in engagement.yml: {names}", names=_names(view, own)),
        "large": say("Baskets of more than {cap} different items", cap=view.language.number(view.baskets.cap)),
        "no_person": say("Session not known") if view.is_content else say("Customer not known"),
    }
    plain = {
        "returned": say("Taken back: a negative quantity or amount"), "cancelled": say("Order was cancelled"),
        "unpaid": say("Order was not paid"), "no_units": say("Quantity of zero"),
        "entry": say("Nothing charged and no customer: an entry of stock"), "no_item": say("No product named"),
        "no_day": say("Day not known"), "no_order": say("Order not listed up to the as-of date"),
    }  # fmt: skip
    return (named | plain)[reason]


def _names(view: View, own: pd.DataFrame) -> Text:
    """The names with most lines, each once, and how many more there are."""
    names = list(dict.fromkeys(str(what).rsplit(" (", 1)[0] for what in own["what"]))
    shown = [name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…" for name in names[:NAMED]]
    if len(names) <= NAMED:
        return Text(view.language.listing(shown))
    return view.language.say_count(
        "{names} and {count} more", "{names} and {count} more", len(names) - NAMED,
        names=("、" if view.language.is_chinese else ", ").join(shown),
    )  # fmt: skip


def large_words(view: View) -> list[Text]:
    """How many baskets are too large, and the sizes of the largest; empty where none are."""
    large = view.baskets.large
    if not len(large):
        return []
    say, language = view.language.say, view.language
    count = int(large["baskets"].sum())
    sizes = [language.number(size) for size in sorted(large["size"].tolist(), reverse=True)[:LARGEST]]
    numbers = {"cap": language.number(view.baskets.cap), "sizes": language.listing(sizes)}
    told = (
        say("One basket holds more than {cap} different items and is left out as a whole: it holds {sizes}.", **numbers)
        if count == 1
        else say(
            "{count} hold more than {cap} different items and are left out as a whole; the largest hold {sizes}.",
            count=view.counted(count), **numbers,
        )
    )  # fmt: skip
    return [told, _cap_words(view)]


def _cap_words(view: View) -> Text:
    say, parameters = view.language.say, view.result.parameters
    if parameters.maximum_basket:
        return say("The limit is the one of engagement.yml.")
    number = view.language.number
    numbers = {
        "times": number(BEYOND), "share": view.language.percent(USUAL_SHARE), "least": number(LEAST_CAP),
    }  # fmt: skip
    if view.is_content:
        return say(
            "The limit is {times} times the size that {share} of the visits do not exceed, and {least} at least. "
            "Such a visit is as a rule a machine's, and makes more pairs than thousands of others.", **numbers,
        )  # fmt: skip
    return say(
        "The limit is {times} times the size that {share} of the baskets do not exceed, and {least} at least. Such a "
        "basket is a stock list, a wholesale order or an error, and makes more pairs than thousands of others.",
        **numbers,
    )


def remarks(view: View) -> list[Text]:
    """What is said of very large baskets where no findings are."""
    return [] if findings(view) else large_words(view)


def findings(view: View) -> list[Finding]:
    """How large baskets are and what a further item goes with; what was left out."""
    if not has(view) or view.n < view.minimum_base:
        return []
    return [size_finding(view), *large_finding(view)]


def size_finding(view: View) -> Finding:
    """Size and value of a basket, and how many hold one item."""
    say, language, told = view.language.say, view.language, _described(view)
    single, interval = told.one_item_share()
    numbers = {
        "mean": _mean(view, told.size), "single": language.percent(single), "interval": view.in_bracket(interval),
        "baskets": view.counted(view.n), "others": view.counted(view.n - told.one_item),
    }  # fmt: skip
    meaning = say("Only the other {others} can say what goes together.", **numbers)
    return Finding(
        id="basket_size", grade=Grade.C, head=say("How much is in a basket"),
        statement=say(
            "Of {baskets}, **{single}** ({interval}) hold one item only; on average there are {mean} different items.",
            **numbers,
        ),
        meaning=_with_money(view, told) or meaning,
        action=say("Give whoever takes one item a reason to take a second; the combinations below say which.")
        if len(view.shown)
        else say("Give whoever takes one item a reason to take a second, and test it: the baskets do not say which."),
        section="baskets", value=single, low=interval.low, high=interval.high, n=view.n, unit="share", notable=False,
    )  # fmt: skip


def _with_money(view: View, told: Description) -> Text | None:
    """What baskets of one and of two items are worth, where both are known well enough."""
    if told.value is None:
        return None
    first = {int(line["size"]): line for line in told.sizes[told.sizes["size"] <= 2].to_dict("records")}
    if len(first) < 2 or min(int(line["baskets"]) for line in first.values()) < view.minimum_base:
        return None
    say, money = view.language.say, view.language.money
    return say(
        "Baskets of one item come to {one} on average, baskets of two to {two}, all baskets to {mean} ({interval}).",
        one=money(float(first[1]["value"])), two=money(float(first[2]["value"])), mean=money(told.value.mean),
        interval=_money_interval(view, told.value),
    )  # fmt: skip


def large_finding(view: View) -> list[Finding]:
    """That very large baskets are left out."""
    words = large_words(view)
    if not words:
        return []
    say, count = view.language.say, int(view.baskets.large["baskets"].sum())
    return [
        Finding(
            id="large_baskets", grade=Grade.C, head=say("Very large baskets are left out"), statement=words[0],
            meaning=words[1],
            action=say("Look at these orders: their numbers are in the file for operations, large_basket_orders.csv.")
            if view.baskets.unit == "order"
            else say("If such baskets are what you want to know about, set maximum_basket in engagement.yml."),
            section="baskets", value=float(count), n=view.n + count, unit="baskets", notable=False,
        )
    ]  # fmt: skip
