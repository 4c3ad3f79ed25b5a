"""Items that are seldom in one basket: the one replaces the other, or they belong to different errands or people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.association.substitutes import (
    LEAST_EXPECTED,
    OTHER_PEOPLE,
    SAME_PEOPLE,
    Substitutes,
)
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

MOST = 8


def has(view: View) -> bool:
    """Whether any pair could be told to be seldom together."""
    found = view.result.substitutes
    return found is not None and found.family > 0


def _found(view: View) -> Substitutes:
    assert view.result.substitutes is not None
    return view.result.substitutes


def section(view: View) -> SectionWords:
    """What replaces what, or that nothing does and how near it came."""
    say, found = view.language.say, _found(view)
    title = say("What is seldom bought together")
    if len(found.table):
        deck = view.language.say_count(
            "One pair of items is together in clearly fewer baskets than chance gives.",
            "{count} pairs of items are together in clearly fewer baskets than chance gives.",
            len(found.table),
        )
        return SectionWords(title, "substitutes", deck)
    return SectionWords(title, "substitutes", _nothing(view))


def _nothing(view: View) -> Text:
    """That no pair is clearly below chance; the nearest one with its numbers."""
    say, language, found = view.language.say, view.language, _found(view)
    pairs = language.number(found.family)
    if not len(found.nearest):
        return say("Of {pairs} pairs tested none is together less often than chance gives.", pairs=pairs)
    near = next(iter(rows(found.nearest)))
    return say(
        "Of {pairs} pairs tested none is clearly below chance. Nearest comes {left} with {right}: {count}, where "
        "chance gives {expected}; among so many pairs that can be an accident.",
        pairs=pairs, left=view.name(near.a), right=view.name(near.b), count=view.counted(int(near.count)),
        expected=language.number(near.expected_given, 0 if near.expected_given >= 10 else 1),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The pairs furthest below chance; none where there are none."""
    say, found = view.language.say, _found(view)
    if not len(found.table):
        return []
    customers = view.baskets.has_people
    columns = [
        (say("One item"), "name"), (say("Seldom with it"), "name"), (say("Baskets with both"), "number"),
        (say("Baskets by chance"), "number"), (say("Times as often as chance gives"), "number"),
        (say("Both of one category"), "name"),
    ]  # fmt: skip
    if customers:
        columns += [(say("Customers who bought both, ever"), "number"), (say("Who buys them"), "name")]
    return [
        TableWords(
            tuple(columns),
            tuple(_row(view, pair, customers) for pair in rows(found.table.head(MOST))),
            say("Pairs that are seldom in one basket"),
            view.how(
                (
                    say("Baskets by chance"),
                    say("The fewest that independence, the sizes of baskets and the months of sale give together"),
                ),
                (
                    say("Certainty"),
                    say("Fisher's exact test for fewer; at most {share} false ones, of {pairs} pairs that chance would "
                        "put into {least} baskets or more",
                        share=view.language.percent(view.result.parameters.false_discovery),
                        pairs=view.language.number(found.family), least=view.language.number(LEAST_EXPECTED)),
                ),
                *(
                    [(
                        say("Who buys them"),
                        say("The same customers, unless clearly fewer of them than chance gives ever bought both"),
                    )]
                    if customers else []
                ),
            ),
            file="substitutes.csv",
        )
    ]  # fmt: skip


def _row(view: View, pair: Any, customers: bool) -> Row:
    say, language = view.language.say, view.language
    times, low, high = _times(pair)
    lift = language.say(
        "{lift} ({interval})", lift=language.number(times, 2), interval=view.numbers_range(low, high, 2)
    )  # fmt: skip
    expected = float(pair.expected_given)
    cells: list[tuple[str, Any]] = [
        (view.bare_label(pair.a), None), (view.bare_label(pair.b), None),
        (language.number(int(pair.count)), int(pair.count)), (language.number(expected, 0), expected),
        (lift, times), (say("yes") if pair.same_category else say("no"), None),
    ]  # fmt: skip
    if customers:
        both = int(pair.customers_both)
        cells += [(view.few(both) if both else language.number(0), both), (_who(view, str(pair.kind)), None)]
    return tuple(cells)


def _times(pair: Any) -> tuple[float, float, float]:
    """Baskets with both over those by chance as the page counts them (`expected_given`), with the interval."""
    scale = float(pair.expected) / float(pair.expected_given)
    return float(pair.lift) * scale, float(pair.lift_low) * scale, float(pair.lift_high) * scale


def _who(view: View, kind: str) -> Text:
    say = view.language.say
    return {
        SAME_PEOPLE: say("the same customers, at other times"),
        OTHER_PEOPLE: say("different customers"),
    }.get(kind) or say("not known")


def findings(view: View) -> list[Finding]:
    """The pair that most baskets hold only one of."""
    if not has(view) or not len(_found(view).table):
        return []
    say, language, found = view.language.say, view.language, _found(view)
    # Items of one category that the same customers buy are what a merchant calls a replacement: they come first.
    ranked = found.table.assign(_other=found.table["kind"] == OTHER_PEOPLE, _far=~found.table["same_category"])
    best = next(
        iter(rows(ranked.sort_values(["_other", "_far"], kind="stable").head(1).drop(columns=["_other", "_far"])))
    )
    left, right = view.name(best.a), view.name(best.b)
    meaning, action = _so_what(view, best)
    times, low, high = _times(best)
    return [
        Finding(
            id="substitutes", grade=Grade.C,
            head=say("{left} or {right}, seldom both", left=left, right=right),
            statement=say(
                "{left} and {right} are in **{count}** together, where chance gives {expected} ({times} as often, "
                "{interval}).",
                left=left, right=right, count=view.counted(int(best.count)),
                expected=language.number(float(best.expected_given)), times=view.times(times, 2),
                interval=view.numbers_between(low, high, 2),
            ),
            meaning=meaning, action=action, section="substitutes", value=times, low=low, high=high,
            n=int(best.count), unit="times",
        )
    ]  # fmt: skip


def _so_what(view: View, best: Any) -> tuple[Text, Text]:
    """What it means that two items are seldom together, and what to do, as far as category and customers tell."""
    say = view.language.say
    apart = say("Do not bundle them, and do not recommend the one to buyers of the other.")
    if best.kind == OTHER_PEOPLE:
        return say("They have different buyers: two tastes and not two uses."), apart
    if best.same_category:
        meaning = (
            say("The same customers buy both at different times: the one stands in for the other.")
            if best.kind == SAME_PEOPLE
            else say("They are of one category: whoever takes the one needs no other.")
        )
        return meaning, say(
            "Do not bundle them. Offer the one where the other is sold out, and do not count the sales of both as won."
        )
    if best.kind == SAME_PEOPLE:
        return say("The same customers buy both, on different occasions."), say(
            "Do not bundle them; show each among what is bought on its own occasion."
        )
    return say("Whether the one replaces the other or they belong to different errands cannot be told from these data: "
               "neither category nor customers say it."), apart  # fmt: skip


def method(view: View) -> list[tuple[Text, Text]]:
    """How replacements are found, for the method at the end."""
    say = view.language.say
    return [
        (
            say("Replacements"),
            say("Pairs in fewer baskets than chance gives, all pairs tested together. The sizes of baskets and the "
                "months are allowed for: small baskets and opposite seasons keep items apart as well."),
        )
    ]  # fmt: skip
