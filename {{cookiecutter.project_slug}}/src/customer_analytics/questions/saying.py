"""An answer in words: lines, bars and the command for the list, in the language that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from customer_analytics.language import Language
from customer_analytics.questions.answering import Answer, Sums
from customer_analytics.questions.normal import is_han
from customer_analytics.questions.parts import EVERYONE


@dataclass(frozen=True)
class SaidBar:
    """One bar: `value` None where it may not be shown."""

    name: str
    value: float | None
    shown: str


@dataclass(frozen=True)
class Said:
    """`head`: the answer in one sentence; `understood`: (phrase, condition); `rows`: (label, chosen, all)."""

    head: str
    understood: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]
    chart: str
    bars: tuple[SaidBar, ...]
    expression: str
    command: str
    notes: tuple[str, ...]


def language_of(text: str) -> str:
    """The language that a question is written in."""
    return "zh_CN" if any(is_han(letter) for letter in text) else "en"


def say_answer(answer: Answer, language: Language) -> Said:
    """Everything that is told of an answer."""
    question = answer.question
    understood = tuple(
        (one.phrase, one.expression + (f"  ({language.say('time taken from before')})" if one.carried else ""))
        for one in question.understood
    )
    chart, bars = _chart(answer, language)
    quoted = question.condition.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return Said(
        head=_head(answer, language),
        understood=understood,
        rows=_rows(answer, language),
        chart=chart,
        bars=bars,
        expression=question.condition,
        command=f'analytics audience "{quoted}" --name {_name(question.condition)}',
        notes=_notes(answer, language),
    )


def _head(answer: Answer, language: Language) -> str:
    say, chosen, total = language.say, answer.chosen, language.number(answer.everyone.customers)
    if chosen is None:
        few = language.number(answer.minimum_group)
        if answer.nearly:
            return say("All but fewer than {few} of {total} customers.", few=few, total=total)
        return say("Fewer than {few} customers.", few=few)
    if answer.question.group and answer.question.order and answer.groups and answer.groups[0].chosen is not None:
        first = answer.groups[0]
        name = _called(first.name, answer, language)
        return (
            say("{name} comes first.", name=name)
            if answer.question.order != "least"
            else say("{name} comes last.", name=name)
        )
    if answer.question.asks == "revenue" and chosen.revenue is not None:
        return say(
            "{money} from {count} customers.",
            money=language.money(chosen.revenue, compact=False),
            count=language.number(chosen.customers),
        )
    return say(
        "{count} of {total} customers, {share}.",
        count=language.number(chosen.customers),
        total=total,
        share=language.percent(answer.share, 1),
    )


def _rows(answer: Answer, language: Language) -> tuple[tuple[str, str, str], ...]:
    """What they are worth, beside all customers."""
    say, chosen, everyone = language.say, answer.chosen, answer.everyone
    if chosen is None or not chosen.customers:
        return ()
    rows: list[tuple[str, str, str]] = [
        (say("Customers"), language.number(chosen.customers), language.number(everyone.customers))
    ]
    if chosen.revenue is not None and chosen.orders is not None:
        pair = (chosen, everyone)
        rows.append((say("Revenue"), *(language.money(one.revenue) for one in pair)))  # type: ignore[arg-type]  # two
        rows.append((say("Orders"), *(language.number(one.orders) for one in pair)))  # type: ignore[arg-type]
        rows.append((say("Revenue for each customer"), *(_each(one, language) for one in pair)))  # type: ignore[arg-type]
        rows.append((say("Orders for each customer"), *(_often(one, language) for one in pair)))  # type: ignore[arg-type]
    return tuple(rows)


def _each(sums: Sums, language: Language) -> str:
    return language.money(None if not sums.customers else (sums.revenue or 0.0) / sums.customers)


def _often(sums: Sums, language: Language) -> str:
    return language.number(None if not sums.customers else (sums.orders or 0) / sums.customers, 2)


def _chart(answer: Answer, language: Language) -> tuple[str, tuple[SaidBar, ...]]:
    say, chosen, everyone = language.say, answer.chosen, answer.everyone
    if chosen is None:
        return "", ()
    hidden = say("fewer than {few}", few=language.number(answer.minimum_group))
    if answer.months:
        bars = tuple(
            SaidBar(
                language.month(one.first), one.revenue, hidden if one.revenue is None else language.money(one.revenue)
            )
            for one in answer.months
        )
        return say("Revenue by month"), bars
    if answer.question.group:
        money = answer.question.asks == "revenue" or answer.question.order == "most revenue"
        return (say("Revenue by group") if money else say("Customers by group")), tuple(
            _bar(_called(one.name, answer, language), one.chosen, money, hidden, language) for one in answer.groups
        )
    parts = [(say("Share of customers"), chosen.customers, everyone.customers)]
    if chosen.revenue is not None:
        parts.append((say("Share of revenue"), chosen.revenue, everyone.revenue))  # type: ignore[arg-type]  # both known
        parts.append((say("Share of orders"), chosen.orders, everyone.orders))  # type: ignore[arg-type]
    shares = [(name, part / whole if whole else None) for name, part, whole in parts]
    return say("Of all customers"), tuple(SaidBar(name, one, language.percent(one, 1)) for name, one in shares)


def _called(name: str | None, answer: Answer, language: Language) -> str:
    """A value of a group as tags.yml calls it."""
    if name is None:
        return str(language.say("not known"))
    words = answer.names.get(name)
    return name if words is None else words.zh_CN if language.is_chinese else words.en


def _bar(name: str, sums: Sums | None, money: bool, hidden: str, language: Language) -> SaidBar:
    if sums is None:
        return SaidBar(name, None, hidden)
    value = float(sums.revenue or 0.0) if money else float(sums.customers)
    return SaidBar(name, value, language.money(value) if money else language.number(value))


def _notes(answer: Answer, language: Language) -> tuple[str, ...]:
    say = language.say
    notes = []
    if answer.chosen is None:
        notes.append(say("Nothing more is said of so few customers."))
    if answer.question.everyone:
        notes.append(say("The question names no condition, so that all customers are meant."))
    if any(group.chosen is None for group in answer.groups):
        notes.append(say("Groups of few customers are hidden, and where needed the next smallest one."))
    notes.append(say("As of {day}.", day=language.date(answer.as_of)))
    return tuple(str(note) for note in notes)


def _name(condition: str) -> str:
    """A name for the list, from the words of the condition."""
    if condition == EVERYONE:
        return "everyone"
    words = [word for word in re.findall(r"[a-z]+", condition.lower()) if word not in ("and", "or", "the", "within")]
    return "-".join(words[:4])[:40].strip("-") or "question"


def text_bars(bars: Sequence[SaidBar], width: int) -> list[str]:
    """Bars of full blocks for a terminal; their texts are aligned by the caller."""
    longest = max((abs(bar.value) for bar in bars if bar.value is not None), default=0.0)
    return [
        ""
        if bar.value is None or not longest
        else "█" * max(round(width * max(bar.value, 0.0) / longest), bar.value > 0)
        for bar in bars
    ]
