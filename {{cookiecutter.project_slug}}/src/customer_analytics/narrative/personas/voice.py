"""Section: what customers say, by persona and topic, and how far the reading of it can be trusted."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.personas.voice import Voice
from customer_analytics.analysis.sentiment.result import NEGATIVE, POSITIVE, Quality
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.personas.view import View, records
from customer_analytics.statistics import Interval

BEYOND_CHANCE = 0.05
MUCH = 0.25  # share of negative texts from which it is worth a line on the first screen
TOPICS = 8


def voice_section(view: View) -> SectionWords:
    """Opening of the section on feedback; with the reason where there is none."""
    say, language, found = view.language.say, view.language, view.voice
    title = say("Voice of the customer")
    if found is None:
        deck = say("The data hold no written feedback, so nothing is said about how customers feel.")
        return SectionWords(title, "voice", deck)
    heard = found.sentiment
    shares = {str(row["label"]): row for row in records(heard.labels)}
    return SectionWords(
        title, "voice",
        say(
            "Of {read} texts that could be read, {negative} are negative and {positive} positive. They are read by a "
            "list of words; how often that is right stands below.",
            read=language.number(heard.read), negative=language.percent(shares[NEGATIVE]["share"]),
            positive=language.percent(shares[POSITIVE]["share"]),
        ),
    )  # fmt: skip


def persona_bars(view: View) -> list[BarRow]:
    """Bars of the share of unhappy customers, by persona; nothing where too few wrote."""
    if view.voice is None:
        return []
    rows = [row for row in records(view.voice.by_persona) if not math.isnan(row["share"])]
    rows.sort(key=lambda row: -row["share"])
    return [
        (
            view.short(str(row["persona"])), float(row["share"]), view.language.percent(row["share"]),
            "alert" if _apart(row) and row["difference"] > 0 else "faint", float(row["low"]), float(row["high"]),
        )
        for row in rows
    ]  # fmt: skip


def _apart(row: dict[str, Any]) -> bool:
    return bool(row["p_adjusted"] <= BEYOND_CHANCE)


def _unhappiest(view: View, found: Voice) -> dict[str, Any] | None:
    """The persona that is more often unhappy than the others beyond chance."""
    rows = [row for row in records(found.by_persona) if _apart(row) and row["difference"] > 0]
    return max(rows, key=lambda row: float(row["difference"]), default=None)


def persona_figure(view: View) -> FigureWords:
    """Words of the chart by persona."""
    say, language, found = view.language.say, view.language, view.voice
    assert found is not None
    worst = _unhappiest(view, found)
    title = (
        say("No persona is more often unhappy than chance explains")
        if worst is None
        else say(
            "“{persona}” are more often unhappy: {share} of those who wrote", persona=view.name(str(worst["persona"])),
            share=language.percent(worst["share"]),
        )
    )  # fmt: skip
    rows = [say("{name} {value}", name=row[0], value=row[2]) for row in persona_bars(view)]
    count = found.by_persona["customers"].sum()
    return FigureWords(
        title,
        say("Share of customers whose feedback is negative on the whole. Lines: interval"),
        say("Bars by persona. {rows}.", rows=language.joined(rows)),
        say("Source: feedback of {count} customers with a persona.", count=language.number(count)),
    )


def topic_bars(view: View) -> list[BarRow]:
    """Bars of the negative texts by topic, most first; topics of few customers are not shown."""
    if view.voice is None:
        return []
    known = [row for row in records(view.voice.sentiment.topics) if row["negative"] > 0]  # missing is not above zero
    known.sort(key=lambda row: -row["negative"])
    return [
        (
            topic_name(view, str(row["topic"])), float(row["negative"]), view.language.number(row["negative"]),
            "s1" if place == 0 else "faint", None, None,
        )
        for place, row in enumerate(known[:TOPICS])
    ]  # fmt: skip


def topic_figure(view: View) -> FigureWords:
    """Words of the chart of topics."""
    say, language, found = view.language.say, view.language, view.voice
    assert found is not None
    bars = topic_bars(view)
    rows = [say("{name} {value}", name=row[0], value=row[2]) for row in bars]
    return FigureWords(
        say("Negative texts name {topic} most often", topic=bars[0][0].lower()),
        say("Negative texts by topic; a text may speak of several"),
        say("Bars of negative texts. {rows}.", rows=language.joined(rows)),
        say("Source: {count} texts of feedback.", count=language.number(found.sentiment.read)),
    )


def topic_name(view: View, topic: str) -> str:
    """A topic in words."""
    say = view.language.say
    return {
        "delivery": say("Delivery"), "quality": say("Quality"), "price": say("Price"), "service": say("Service"),
        "returns": say("Returns and refunds"), "payment": say("Payment"), "app": say("Site and app"),
        "packaging": say("Packaging"), "fit": say("Size and fit"), "stock": say("Availability"),
        "advice": say("Advice"),
    }.get(topic, topic)  # fmt: skip


def quality_table(view: View) -> TableWords:
    """How often the reading is right, on labelled sentences and on the client's own ratings."""
    say, language, found = view.language.say, view.language, view.voice
    assert found is not None
    rows: list[Row] = [
        (
            (_where(view, one), None),
            (_label(view, one.label), None),
            (view.share(_number(one.precision), one.precision_interval), one.precision),
            (view.share(_number(one.recall), one.recall_interval), one.recall),
            (language.number(one.texts), one.texts),
        )
        for one in (*found.sentiment.of("sample"), *found.sentiment.of("ratings"))
    ]
    return TableWords(
        (
            (say("Counted on"), "name"), (say("Feeling"), "text"), (say("Right when said"), "number"),
            (say("Found of all"), "number"), (say("Texts"), "number"),
        ),
        tuple(rows),
        say("How often the reading is right"),
        (
            (say("Right when said"), say("Of the texts given the label, the share that has it (precision)")),
            (say("Found of all"), say("Of the texts with the label, the share that was found (recall)")),
            (
                say("Labelled sentences"),
                say("English and Chinese sentences of our own, the half that did not help to make the lists"),
            ),
        ),
        file="voice_quality.csv",
    )  # fmt: skip


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _where(view: View, one: Quality) -> Text:
    say = view.language.say
    return say("Labelled sentences") if one.source == "sample" else say("The client's own ratings")


def _label(view: View, label: str) -> Text:
    say = view.language.say
    return {"positive": say("positive"), "neutral": say("neutral"), "negative": say("negative")}[label]


def voice_finding(view: View) -> Finding | None:
    """Whether one persona is unhappier, or else what the negative texts speak of; None without written feedback."""
    say, language, found = view.language.say, view.language, view.voice
    if found is None or found.sentiment.read < view.minimum_base:
        return None
    trust = next((one for one in found.sentiment.of("sample") if one.label == NEGATIVE), None)
    meaning = (
        say("How often a text called negative truly is, cannot be said.")
        if trust is None or trust.precision is None
        else say(
            "Of {count} labelled sentences called negative, {precision} ({interval}) truly are.",
            count=language.number(trust.said), precision=language.percent(trust.precision),
            interval=view.interval(trust.precision_interval),
        )
    )  # fmt: skip
    worst = _unhappiest(view, found)
    if worst is not None:
        interval = Interval(float(worst["low"]), float(worst["high"]))
        return Finding(
            id="voice", grade=Grade.C,
            head=say("“{persona}” are more often unhappy", persona=view.name(str(worst["persona"]))),
            statement=say(
                "Of {n} of them who wrote, **{share}** ({interval}) are negative on the whole, {points} points more "
                "than of the other personas.",
                n=language.number(worst["customers"]), share=language.percent(worst["share"]),
                interval=view.interval(interval), points=language.number(100 * worst["difference"], 1),
            ),
            meaning=meaning,
            action=say("Read what they wrote before the next message goes out, and answer them first."),
            section="voice", value=float(worst["share"]), low=interval.low, high=interval.high,
            n=int(worst["customers"]), unit="share",
        )  # fmt: skip
    row = next(each for each in records(found.sentiment.labels) if each["label"] == NEGATIVE)
    interval, topics = Interval(float(row["low"]), float(row["high"])), topic_bars(view)
    return Finding(
        id="voice", grade=Grade.C,
        head=say("Much of the feedback is negative")
        if row["share"] >= MUCH
        else say("Little of the feedback is negative"),
        statement=say(
            "{count} of {n} texts (**{share}**, {interval}) are negative; they name {topic} most often.",
            count=language.number(row["texts"]), n=language.number(found.sentiment.read),
            share=language.percent(row["share"]), interval=view.interval(interval), topic=topics[0][0].lower(),
        )
        if topics
        else say(
            "{count} of {n} texts (**{share}**, {interval}) are negative.",
            count=language.number(row["texts"]), n=language.number(found.sentiment.read),
            share=language.percent(row["share"]), interval=view.interval(interval),
        ),
        meaning=meaning,
        action=say("Give the first topic to the one who can mend it, and count again next month."),
        section="voice", value=float(row["share"]), low=interval.low, high=interval.high,
        n=found.sentiment.read, unit="share", notable=bool(row["share"] >= MUCH),
    )  # fmt: skip


def unread_lines(view: View) -> list[Text]:
    """What was not read; nothing where all was."""
    found = view.voice
    if found is None or not found.sentiment.unread:
        return []
    return [
        view.language.say_count(
            "{count} text is in another language, or says nothing that the list knows.",
            "{count} texts are in another language, or say nothing that the list knows.",
            found.sentiment.unread,
        )
    ]
