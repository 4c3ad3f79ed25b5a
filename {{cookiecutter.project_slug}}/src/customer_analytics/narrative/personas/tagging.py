"""Section: the tags themselves: what is known of whom, what repeats, what can go, what is out of date."""

from __future__ import annotations

import math
from collections import Counter

from customer_analytics.analysis.personas.overlap import Overlap
from customer_analytics.analysis.tags.redundancy import SAME
from customer_analytics.analysis.tags.result import Drop, Pair, TagResult, Why
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import View, records

PAIRS = 6
OF_EACH_CLASS = 3
HABITS = 12
DICTIONARY = 10  # tags in the table, the rest is in the file
CLASSES = ("base", "behaviour", "interest", "value", "lifecycle", "risk")
CombinationRow = tuple[frozenset[int], float, str, str]


def class_name(view: View, name: str) -> Text:
    """A class of tags."""
    say = view.language.say
    return {
        "base": say("Base: who they are"),
        "behaviour": say("Behaviour: what they do"),
        "interest": say("Interest: what they like"),
        "value": say("Value: what they bring"),
        "lifecycle": say("Lifecycle: where they stand"),
        "risk": say("Risk: what may go wrong"),
    }[name]


def tags_section(view: View) -> SectionWords:
    """Opening of the section on tags."""
    say, language, portrait = view.language.say, view.language, view.portrait
    return SectionWords(
        say("Tags: which are worth keeping"), "tags",
        say(
            "{ran} tags run on these data and {skipped} do not. A tag that nobody uses or that repeats another one "
            "costs attention: {drops} can go.",
            ran=language.number(len(portrait.ran)), skipped=language.number(len(portrait.skipped)),
            drops=language.number(len(portrait.drops)),
        ),
    )  # fmt: skip


def class_table(view: View) -> TableWords:
    """Tags by class: how many run, of how many customers they know something, how many to drop."""
    say, language, portrait = view.language.say, view.language, view.portrait
    dropped = {drop.name for drop in portrait.drops}
    rows: list[Row] = []
    for name in CLASSES:
        ran = [tag for tag in portrait.ran if tag.tag_class == name]
        skipped = sum(tag.tag_class == name for tag in portrait.skipped)
        covered = [tag.coverage for tag in ran if not math.isnan(tag.coverage)]
        mean = sum(covered) / len(covered) if covered else math.nan
        gone, stale = sum(tag.name in dropped for tag in ran), sum(bool(tag.stale) for tag in ran)
        rows.append(
            (
                (class_name(view, name), None), (language.number(len(ran)), len(ran)),
                (language.number(skipped), skipped), (language.percent(mean), mean), (language.number(gone), gone),
                (language.number(stale), stale),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Class of tags"), "name"), (say("In use"), "number"), (say("Skipped"), "number"),
            (say("Coverage, mean"), "number"), (say("Can go"), "number"), (say("Out of date"), "number"),
        ),
        tuple(rows),
        say("Tags by class"),
        view.how(
            (say("Coverage"), say("Share of all customers for whom the tag has a value")),
            (
                say("Can go"),
                say(
                    "The same for nearly everybody, or tied to another tag with a strength of {strong} or more",
                    strong=language.number(SAME, 1),
                ),
            ),
            (say("Out of date"), say("The newest row of its source is older than its refresh interval allows")),
        ),
        file="tags.csv",
    )  # fmt: skip


def portrait_table(view: View) -> TableWords:
    """What all customers are like: the middle and the spread of numbers, the commonest values of the others."""
    say = view.language.say
    dropped = {drop.name for drop in view.portrait.drops}
    first: list[Row] = []  # some of each class, then all the others
    rest: list[Row] = []
    for name in CLASSES:
        ran = [tag for tag in view.portrait.ran if tag.tag_class == name and tag.name not in dropped]
        told = [(tag, words) for tag in ran if (words := typical(view, tag))]
        for place, (tag, words) in enumerate(told):
            row = (
                (Text(view.words(tag.label)), None), (class_name(view, name), None), (words, None),
                (view.language.percent(tag.coverage), tag.coverage),
            )  # fmt: skip
            (first if place < OF_EACH_CLASS else rest).append(row)
    rows = first + rest
    return TableWords(
        (
            (say("Tag"), "name"), (say("Class of tags"), "text"), (say("Typical"), "text"),
            (say("Coverage"), "number"),
        ),
        tuple(rows),
        say("Portrait of all customers"),
        view.how(
            (say("Typical"), say("Numbers: median and middle half of the customers. Others: the commonest values")),
            (say("Coverage"), say("Share of all customers for whom the tag has a value")),
        ),
        file="tag_distribution.csv",
        search=True,
    )  # fmt: skip


def habit_bars(view: View) -> list[BarRow]:
    """Bars of what people do: median share of each habit, with the middle half of the customers; largest first."""
    used = {feature.name for feature in view.result.preparation.used}
    table, rows = view.portrait.distribution, []
    for tag in view.portrait.ran:
        if tag.name in used and tag.unit == "share":
            found = {row["item"]: row["number"] for row in records(table[table["tag"] == tag.name])}
            if {"p25", "p50", "p75"} <= set(found):
                low, middle, high = (float(found[item]) for item in ("p25", "p50", "p75"))
                rows.append((view.words(tag.label), middle, view.language.percent(middle), "faint", low, high))
    rows.sort(key=lambda row: -row[1])
    return [(*row[:3], "s1" if place == 0 else row[3], *row[4:]) for place, row in enumerate(rows[:HABITS])]


def habit_figure(view: View) -> FigureWords:
    """Words of the chart of habits."""
    say, language = view.language.say, view.language
    rows = habit_bars(view)
    told = [say("{name} {value}", name=row[0], value=row[2]) for row in rows]
    return FigureWords(
        say("The median customer: {told}", told=language.listing([str(text) for text in told[:2]])),
        say("Median share of the customer's own purchases or visits. Lines: the middle half of the customers"),
        say("Bars of habits. {rows}.", rows=language.joined(told)),
        say("Source: tags of all {count} customers.", count=language.number(view.portrait.customers)),
    )


def typical(view: View, tag: TagResult) -> Text:
    """The middle of a number, or the commonest values; empty where too few have one."""
    say, language = view.language.say, view.language
    table = view.portrait.distribution
    rows = table[table["tag"] == tag.name]
    if not len(rows):
        return Text()
    if tag.kind == "number":
        found = dict(zip(rows["item"], rows["number"], strict=True))
        if not {"p25", "p50", "p75"} <= set(found):
            return Text()
        return say(
            "{median} ({low} to {high})", median=view.measure(tag.name, found["p50"]),
            low=view.measure(tag.name, found["p25"]), high=view.measure(tag.name, found["p75"]),
        )  # fmt: skip
    if tag.kind == "date":
        return Text()
    if tag.kind == "flag":
        share = next((row["share"] for row in records(rows) if row["item"] == "true"), None)
        return say("{share} yes", share=language.percent(share)) if share is not None else Text()
    first = [row for row in records(rows) if row["item"] != "(other)"][:3]
    return Text(
        language.listing(
            [str(say("{value} {share}", value=view.value_of(tag.name, str(row["item"])),
                     share=language.percent(row["share"]))) for row in first]
        )
    )  # fmt: skip


def dictionary_table(view: View) -> TableWords:
    """The tags that run, those that formed the personas first: what they mean, how many they are known of."""
    say, language = view.language.say, view.language
    used = {feature.name for feature in view.result.preparation.used}
    ran = sorted(view.portrait.ran, key=lambda tag: tag.name not in used)[:DICTIONARY]
    rows: list[Row] = [
        (
            (Text(view.words(tag.label)), None),
            (Text(view.words(tag.meaning)), None),
            (language.percent(tag.coverage), tag.coverage),
        )
        for tag in ran
    ]
    return TableWords(
        ((say("Tag"), "name"), (say("Meaning"), "text"), (say("Coverage"), "number")),
        tuple(rows),
        say("Tag dictionary"),
        view.how(
            (say("Order"), say("Tags that formed the personas first")),
            (say("All tags"), say("In {file}, with rule, owner, refresh and day", file="tag_dictionary.csv")),
            (say("Coverage"), say("Share of all customers for whom the tag has a value")),
        ),
        file="tag_dictionary.csv",
    )


def drop_table(view: View) -> TableWords:
    """Tags that can go, with the reason."""
    say = view.language.say
    rows: list[Row] = [
        (
            (Text(view.label_of(drop.name)), None),
            (class_name(view, view.portrait[drop.name].tag_class), None),
            (_reason(view, drop), None),
        )
        for drop in view.portrait.drops
    ]
    return TableWords(
        ((say("Tag"), "name"), (say("Class of tags"), "text"), (say("Why it can go"), "text")),
        tuple(rows),
        say("Tags that can go"),
        view.how(
            (
                say("Strength"),
                say(
                    "Rank correlation for numbers, Cramér's V for values, correlation ratio for one of each; over "
                    "customers who have both"
                ),
            ),
        ),
        file="tag_dictionary.csv",
    )


def _reason(view: View, drop: Drop) -> Text:
    say, language = view.language.say, view.language
    if drop.because == "constant":
        return say("the same for everybody")
    if drop.because == "too_few" or drop.keep is None:
        return say("sets hardly anybody apart")
    return say(
        "says what “{keep}” says (strength {strength})", keep=view.label_of(drop.keep),
        strength=language.number(abs(drop.strength or 0), 2),
    )  # fmt: skip


def pairs(view: View) -> list[Pair]:
    """The strongest pairs of different facts, without the tags that can go."""
    dropped = {drop.name for drop in view.portrait.drops}
    different = (pair for pair in view.portrait.pairs if not (pair.derived or pair.nested))
    return [pair for pair in different if not dropped & {pair.first, pair.second}][:PAIRS]


def pair_table(view: View) -> TableWords:
    """The pairs of tags that go together most, other than by definition."""
    say, language = view.language.say, view.language
    rows: list[Row] = [
        (
            (Text(view.label_of(pair.first)), None), (Text(view.label_of(pair.second)), None),
            (language.signed(pair.strength, 2) if pair.measure == "spearman" else language.number(pair.strength, 2),
             pair.strength),
        )
        for pair in pairs(view)
    ]  # fmt: skip
    return TableWords(
        ((say("Tag"), "name"), (say("Goes with"), "text"), (say("Strength"), "number")),
        tuple(rows),
        say("Tags that go together"),
        view.how(
            (say("Left out"), say("Pairs of which one tag is made from the other, or is a finer cut of it")),
            (say("Strength"), say("With a sign for two numbers: they rise together, or one falls")),
        ),
        file="tag_redundancy.csv",
    )


def skipped_lines(view: View) -> list[Text]:
    """Why tags were skipped, one line a kind of reason."""
    say, language = view.language.say, view.language
    reasons = [tag.reason for tag in view.portrait.skipped if tag.reason is not None]
    kinds = Counter(reason.why for reason in reasons)
    words = {
        Why.INDUSTRY: ("{count} tag is for other industries.", "{count} tags are for other industries."),
        Why.MISSING: ("{count} tag lacks data: {what}.", "{count} tags lack data: {what}."),
        Why.NO_HOURS: ("{count} tag needs hours: {what}.", "{count} tags need hours: {what}."),
        Why.NO_EVENTS: ("{count} tag counts events of other names.", "{count} tags count events of other names."),
        Why.NO_FORECAST: ("{count} tag needs more repeat purchases.", "{count} tags need more repeat purchases."),
        Why.EMPTY: ("{count} tag has a value for nobody.", "{count} tags have a value for nobody."),
        Why.NO_RHYTHM: ("{count} tag needs more repeat purchases.", "{count} tags need more repeat purchases."),
        Why.NO_VALUES: ("{count} tag has no frequent value: {what}.", "{count} tags have no frequent value: {what}."),
    }
    lines = []
    for why, count in kinds.most_common():
        names = Counter(name for reason in reasons if reason.why == why for name in reason.names)
        what = language.listing([name for name, _ in names.most_common(4)]) or say("not known")
        lines.append(language.say_count(*words[why], count, what=what))
    unnamed = len(view.portrait.skipped) - len(reasons)
    return lines if not unnamed else [*lines, say("{count} for other reasons.", count=language.number(unnamed))]


def stale_line(view: View) -> Text:
    """Tags whose sources are older than they may be."""
    say, language = view.language.say, view.language
    stale = [view.words(tag.label) for tag in view.portrait.ran if tag.stale]
    if not stale:
        return say("No tag is out of date: every source is as new as its tags need.")
    return language.say_count(
        "One tag is out of date: {names}. Load a newer export before a list goes by it.",
        "{count} tags are out of date, among them {names}. Load a newer export before a list goes by them.",
        len(stale), names=language.listing(stale[:4]),
    )  # fmt: skip


def overlap_names(view: View, found: Overlap) -> list[str]:
    """The types with their shares."""
    say, language = view.language.say, view.language
    return [
        str(say("{label} ({share})", label=view.label_of(name), share=language.percent(share)))
        for name, share in zip(found.names, found.shares, strict=True)
    ]


def overlap_rows(view: View, found: Overlap) -> list[CombinationRow]:
    """Combinations for the chart: members, share, in words, role."""
    largest = next((tuple(row) for row in found.table["members"] if len(row) > 1), None)
    return [
        (frozenset(members), float(share), view.language.percent(share), "s1" if members == largest else "faint")
        for members, share in zip(found.table["members"], found.table["share"], strict=True)
        if members
    ]


def overlap_figure(view: View, found: Overlap) -> FigureWords:
    """Words of the chart of named types."""
    say, language = view.language.say, view.language
    rows = [(members, shown) for members, _, shown, _ in overlap_rows(view, found)]
    named = [
        (language.listing([view.label_of(found.names[position]) for position in sorted(members)]), shown)
        for members, shown in rows
    ]
    together = next(((what, shown) for (members, shown), (what, _) in zip(rows, named, strict=True)
                     if len(members) > 1), None)  # fmt: skip
    title = (
        say("The named types hardly occur together")
        if together is None
        else say("{share} of customers are both: {types}", share=together[1], types=together[0])
    )
    return FigureWords(
        title,
        say("Share of customers by exact combination of types; dots: which types"),
        say("Bars by combination. {rows}.", rows=language.joined([say("{what} {share}", what=what, share=shown)
                                                                 for what, shown in named])),
        say("Source: tags of all {count} customers.", count=language.number(found.customers)),
    )  # fmt: skip
