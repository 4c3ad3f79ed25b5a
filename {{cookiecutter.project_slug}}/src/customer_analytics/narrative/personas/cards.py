"""Section one: who the personas are. One card each, with an invented person made of typical values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customer_analytics.analysis.personas.result import Persona, Standout
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import SectionWords
from customer_analytics.narrative.personas.advice import advice
from customer_analytics.narrative.personas.contact import best_way, hours_word, month_name, season, window
from customer_analytics.narrative.personas.distinct import top_marks
from customer_analytics.narrative.personas.view import CLEAR, View, records

TOLD = 4  # standouts in the line of a card
SHARE_TOLD = 0.3  # of a persona that has an attribute, from which the invented person may have it


@dataclass(frozen=True)
class CardWords:
    """A card: name, one line, figures as (value, label), details as (term, text), small print."""

    title: Text
    line: Text
    figures: tuple[tuple[str, Text], ...]
    details: tuple[tuple[Text, Text], ...]
    note: Text

    @property
    def keywords(self) -> dict[str, Any]:
        """As arguments of parts.card."""
        return {
            "title": self.title, "line": self.line, "figures": self.figures, "details": self.details, "note": self.note,
        }  # fmt: skip


def who_section(view: View) -> SectionWords:
    """Opening of the section on who the personas are."""
    say, language = view.language.say, view.language
    title = say("Who the customers are")
    if not view.has_personas:
        deck = (
            say("The customers do not fall into kinds. The tags of all of them are the portrait.")
            if view.estimable
            else say("Too little is known to look for kinds. The tags of all customers are the portrait.")
        )
        return SectionWords(title, "who", deck)
    return SectionWords(
        title, "who",
        say(
            "{count} kinds of customers, told apart by how they buy and not by how much. A name says what sets a "
            "persona apart from the others; not every member does it.", count=language.number(len(view.personas)),
        ),
    )  # fmt: skip


def cards(view: View) -> list[CardWords]:
    """One card a persona, by size."""
    return [_card(view, persona) for persona in view.personas]


def _card(view: View, persona: Persona) -> CardWords:
    say, language = view.language.say, view.language
    money = (
        (
            language.percent(persona.share_revenue),
            say("of their revenue: {money}", money=language.money(persona.revenue)),
        ),
        (language.money(persona.revenue_per_customer), say("revenue per customer")),
        (language.number(persona.orders_per_customer, 1), say("orders per customer")),
    )
    figures = (
        (
            language.percent(persona.share_customers),
            say("of customers: {count}", count=language.number(persona.customers)),
        ),
        *(money if view.has_money else ()),
    )
    return CardWords(
        view.name(persona.key), portrait_line(view, persona), figures, tuple(_details(view, persona)),
        _small_print(view, persona),
    )  # fmt: skip


def portrait_line(view: View, persona: Persona) -> Text:
    """What sets them apart, with figures."""
    clear = [one for one in persona.standouts if abs(one.z) >= CLEAR][:TOLD] or list(persona.standouts[:2])
    told = view.language.joined([view.standout(one) for one in clear])
    if not told:
        return view.language.say("Nothing sets them apart.")
    return view.language.say("What sets them apart: {told}.", told=told)


def _details(view: View, persona: Persona) -> list[tuple[Text, Text]]:
    say, language = view.language.say, view.language
    details: list[tuple[Text, Text]] = []
    marks = top_marks(view, persona.key, independent=True)[:3]
    if marks:
        listed = language.listing(
            [str(say("{name} (index {index})", name=mark.name, index=language.number(mark.tgi))) for mark in marks]
        )
        details.append((say("Goes with"), say("{listed}; all customers are at index {hundred}.", listed=listed,
                                              hundred=language.number(100))))  # fmt: skip
    contact = contact_line(view, persona)
    if contact:
        details.append((say("When and where"), contact))
    given = advice(view, persona)
    sentence = "" if language.is_chinese else " "
    details.append((say("Do"), Text(sentence.join(str(one.do) for one in given[:3] if one.do))))
    withheld = [str(one.dont) for one in given if one.dont][:2]
    if withheld:
        details.append((say("Do not"), Text(sentence.join(withheld))))
    details.append((say("Invented example"), invented(view, persona)))
    return details


def contact_line(view: View, persona: Persona) -> Text:
    """Best hours, channel and season, where they are known; an empty text where nothing is."""
    say, language = view.language.say, view.language
    told: list[str] = []
    hours, way, month = window(view, persona.key), best_way(view, persona.key), season(view, persona.key)
    if hours is not None:
        told.append(
            say(
                "{share} of what they do falls from {hours} (all: {base})", share=language.percent(hours.share),
                hours=hours_word(view, hours.hour), base=language.percent(hours.base),
            )
        )  # fmt: skip
    if way is not None:
        told.append(
            say(
                "{share} by {way} (all: {base})", share=language.percent(way.share), way=way.value,
                base=language.percent(way.base),
            )
        )  # fmt: skip
    if month is not None:
        told.append(
            say(
                "strongest in {month} (index {index})", month=month_name(view, month[0]),
                index=language.number(month[1]),
            )
        )  # fmt: skip
    return say("{told}.", told=language.joined(told)) if told else Text()


def invented(view: View, persona: Persona) -> Text:
    """A person of typical values with an invented name; nobody in the data."""
    say, language = view.language.say, view.language
    known = {row["feature"]: row["median"] for row in records(view.result.profile) if row["persona"] == persona.key}
    place, hours = _typical(view, persona), window(view, persona.key)
    clauses = [
        say("{name}, {place}", name=_first_name(view, persona), place=place) if place else _first_name(view, persona)
    ]
    if view.has_money:
        clauses.append(say("{orders} orders so far", orders=language.number(persona.orders_per_customer)))
    if known.get("order_value", 0) > 0:
        clauses.append(say("about {money} an order", money=language.money(known["order_value"])))
    if hours is not None and hours.own:
        clauses.append(say("mostly from {hours}", hours=hours_word(view, hours.hour)))
    category = next((one for one in persona.standouts if one.direction == "high" and _is_category(view, one)), None)
    if category is not None:
        clauses.append(say("likes {value}", value=view.tags[category.feature].each))
    way = best_way(view, persona.key)
    if way is not None:
        clauses.append(say("uses {value}", value=way.value))
    comma = "，" if language.is_chinese else ", "
    return say(
        "{person}. Made of the group's typical values; no such customer is in the data.",
        person=comma.join(str(clause) for clause in clauses),
    )  # fmt: skip


def _is_category(view: View, standout: Standout) -> bool:
    tag = view.result_tag(standout.feature)
    return tag is not None and tag.each is not None and "order_lines" in tag.source


def _first_name(view: View, persona: Persona) -> Text:
    """A name that fits anybody; by place, so that it stays from run to run."""
    say = view.language.say
    names = (
        say("Alex"), say("Robin"), say("Kim"), say("Sam"), say("Charlie"), say("Toni"), say("Jo"), say("Lou"),
    )  # fmt: skip
    return names[view.personas.index(persona) % len(names)]


def _typical(view: View, persona: Persona) -> str:
    """The place that most of the persona live in, where it is that of many; never gender, age, income or the like."""
    table = view.result.index
    if not len(table):
        return ""
    here = table[(table["persona"] == persona.key) & table["name"].isin(["city", "region"])]
    here = here[here["share"] >= SHARE_TOLD]
    if not len(here):
        return ""
    best = max(records(here), key=lambda row: float(row["share"]))
    return view.value_of(str(best["name"]), str(best["value"]))


def _small_print(view: View, persona: Persona) -> Text:
    say, language = view.language.say, view.language
    return say(
        "Stability {stability}: {level}. Shares with intervals stand in the comparison.",
        stability=language.number(persona.stability, 2), level=level_word(view, persona.level),
    )  # fmt: skip


def level_word(view: View, level: str) -> Text:
    """A level of stability in words (Hennig 2007)."""
    say = view.language.say
    return {
        "dissolved": say("not stable, it dissolves in other samples"),
        "pattern": say("a pattern, its members change between samples"),
        "stable": say("stable"),
        "very_stable": say("very stable"),
        "not_estimable": say("not estimable"),
    }[level]
