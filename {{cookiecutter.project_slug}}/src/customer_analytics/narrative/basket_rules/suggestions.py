"""Words of the methods, the lists of suggestions with a reason for each, and what the report says of the method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.recommend.result import RECENT_DAYS
from customer_analytics.analysis.rfm.customers import as_date

if TYPE_CHECKING:
    from customer_analytics.analysis.recommend import Recommendation, Tested
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

WRITTEN = ("customer_id", "rank", "item", "product", "score", "method", "reason", "consent")


def recommended(view: View) -> Recommendation | None:
    """What is known of next-best items; None where there are no baskets."""
    found: Recommendation | None = view.result.recommend
    return found


def main_test(view: View) -> Tested | None:
    """The test by customer; where there is none, the test on baskets; None without either."""
    found = recommended(view)
    if found is None:
        return None
    return next((test for test in (found.next_test, found.completion) if not test.reason), None)


def split_day(view: View) -> str:
    """The last day of the earlier part, in words."""
    found = recommended(view)
    assert found is not None and found.split is not None
    return view.language.date(as_date(found.split - 1))


def is_shown(view: View) -> bool:
    """Whether there are lists for customers."""
    found = recommended(view)
    return found is not None and not found.reason and len(found.next_best) > 0


def verb(view: View) -> Text:
    """What is done with an item, in the past: bought; viewed."""
    return view.language.say("viewed") if view.is_content else view.language.say("bought")


def method_name(view: View, method: str) -> Text:
    """A method inside a sentence."""
    say = view.language.say
    return {
        "popular": say("popularity"),
        "recent": say("popularity of the last {days} days", days=view.language.number(RECENT_DAYS)),
        "similar": say("collaborative filtering"),
        "rules": say("association rules"),
        "own": say("own habit"),
    }[method]


def method_head(view: View, method: str) -> Text:
    """The same at the head of a row or as a label."""
    say = view.language.say
    return {
        "popular": say("Popularity"),
        "recent": say("Popularity of the last {days} days", days=view.language.number(RECENT_DAYS)),
        "similar": say("Collaborative filtering"),
        "rules": say("Association rules"),
        "own": say("Own habit"),
    }[method]


def customer_tables(view: View) -> dict[str, pd.DataFrame]:
    """next_best.csv and buy_again.csv: a row a suggestion, with a reason in words; none where there are no customers.

    method and consent stay keys, for machines.
    """
    found = recommended(view)
    if found is None or found.reason:
        return {}
    lists = found.next_best
    made = {"next_best": lists.assign(reason=_reasons(view, lists))[list(WRITTEN)]}
    if len(found.buy_again):
        made["buy_again"] = found.buy_again
    return made


def _reasons(view: View, lists: pd.DataFrame) -> pd.Categorical:
    """Why each item was chosen: the item (or items) of the customer's own that speak most for it, else popularity.

    One sentence for each different reason: millions of rows share a few thousand.
    """
    say = view.language.say
    because, method = lists["because"].array, lists["method"].array
    names = list(because.categories)
    if view.is_content:
        told = [str(say("viewed {item}", item=name)) for name in names]
    else:
        told = [str(say("bought {item}", item=name)) for name in names]
    popular, recent = str(say("popular with all customers")), str(say("much taken lately"))
    codes = because.codes.astype("int64")
    lately = method.codes == method.categories.get_indexer(["recent"])[0]
    codes[codes < 0] = len(told)
    codes[lately & (because.codes < 0)] = len(told) + 1
    texts = [*told, popular, recent]
    numbers, different = pd.factorize(pd.Series(texts, dtype=object))
    return pd.Categorical.from_codes(numbers[codes], categories=pd.Index(different, dtype=object))


def method(view: View) -> list[tuple[Text, Text]]:
    """What the terms of this section mean."""
    say = view.language.say
    if recommended(view) is None:
        return []
    return [
        (
            say("Next-best items"),
            say(
                "Items a customer does not have, ordered by their similarity to what the customer has (item-item "
                "collaborative filtering), by the surest rule that applies, or by popularity: whichever did best on "
                "the later baskets, popularity where none beat it beyond chance (Holm)."
            ),
        ),
        (
            say("Own items"),
            say(
                "An item is suggested to who has it only where enough of its buyers came back for it on a later day; "
                "everything else counts as durable."
            ),
        ),
        (
            say("Why no neural network"),
            say(
                "In a published re-run of neural recommenders most did not beat well-tuned neighbours (Ferrari "
                "Dacrema, Cremonesi, Jannach: Are we really making much progress?), and a network gives no reason for "
                "a suggestion. The test on later baskets is the bar that one would have to pass."
            ),
        ),
    ]


def limits(view: View) -> list[Text]:
    """What does not follow."""
    say, found = view.language.say, recommended(view)
    if found is None or not is_shown(view):
        return []
    told = [
        say(
            "A hit is an item that the customer took without being asked: how many more are taken because of a "
            "suggestion, only a test with a control group can tell."
        )
    ]
    if found.items < found.of_items:
        told.append(
            say(
                "Suggestions are made among the {items} most bought of {all} items; they are {share} of all that "
                "customers have.",
                items=view.language.number(found.items), all=view.language.number(found.of_items),
                share=view.language.percent(found.share_covered),
            )
        )  # fmt: skip
    return told
