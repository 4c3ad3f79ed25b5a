"""A creative brief a persona, for a marketer or for a tool that writes: Markdown for people, JSON for machines."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import Any

from customer_analytics.analysis.personas.result import Persona
from customer_analytics.language import Text
from customer_analytics.narrative.personas.advice import advice, offer, tone
from customer_analytics.narrative.personas.cards import contact_line, invented, portrait_line
from customer_analytics.narrative.personas.closing import when_and_where
from customer_analytics.narrative.personas.contact import best_way, window
from customer_analytics.narrative.personas.distinct import top_marks
from customer_analytics.narrative.personas.rules import command_line
from customer_analytics.narrative.personas.view import View

VALID_DAYS = 90  # after which habits may have moved
FORMAT = 1
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def documents(view: View) -> dict[str, str]:
    """File name -> text: personas.json, and a brief for each persona."""
    made = {"personas.json": json.dumps(_as_json(view), ensure_ascii=False, indent=2, allow_nan=False)}
    for persona in view.personas:
        made[f"briefs/{persona.key}.md"] = _markdown(view, persona)
    return made


def brief(view: View, persona: Persona) -> list[tuple[str, Text, list[Text]]]:
    """The parts of a brief: (name for machines, heading, lines)."""
    say, language = view.language.say, view.language
    given = advice(view, persona)
    marks = [
        say("{name}: index {index} ({low} to {high})", name=mark.name, index=language.number(mark.tgi),
            low=language.number(mark.low), high=language.number(mark.high))
        for mark in top_marks(view, persona.key, independent=True)[:5]
    ]  # fmt: skip
    return [
        ("who", say("Who"), [portrait_line(view, persona), invented(view, persona)]),
        ("facts", say("What they go with"), marks or [say("Nothing beyond chance.")]),
        ("tone", say("Tone"), [tone(view, persona)]),
        (
            "message",
            say("Message"),
            [each.message for each in given if each.message] or [say("What most customers like")],
        ),
        ("offer", say("Offer"), [offer(view, persona)]),
        ("do", say("Do"), [each.do for each in given if each.do]),
        ("time_and_channel", say("Channel and time"),
         [line for line in (when_and_where(view, persona.key), contact_line(view, persona)) if line]),
        ("do_not_say", say("What not to say"), [each.dont for each in given if each.dont] + _never(view)),
        ("test", say("How to know"), [_test(view)]),
    ]  # fmt: skip


def _never(view: View) -> list[Text]:
    """What no message says, to whichever persona."""
    say = view.language.say
    return [
        say("Nothing that shows what is known of them: not “we saw that you buy at night”, not the name of the group."),
        say("Nothing about gender, age, income or health."),
        say("No claim that the product does not keep; no date that is not real."),
    ]


def _test(view: View) -> Text:
    return view.language.say(
        "Hold part of the list out at random, and compare what both parts spend. All of this is a proposal; what it "
        "causes is not known before that."
    )


def _markdown(view: View, persona: Persona) -> str:
    say, language = view.language.say, view.language
    until = view.result.as_of + dt.timedelta(days=VALID_DAYS)
    lines = [
        f"# {plain(say('Brief: {persona}', persona=view.name(persona.key)))}",
        "",
        plain(
            say(
                "{count} customers, {share} of those with a persona. As of {date}; use it until {until}.",
                count=language.number(persona.customers), share=language.percent(persona.share_customers),
                date=language.date(view.result.as_of),
                until=language.date(until),
            )
        ),
    ]  # fmt: skip
    for _, heading, texts in brief(view, persona):
        lines += ["", f"## {plain(heading)}", "", *(f"- {plain(text)}" for text in texts)]
    if persona.rule.text:
        lines += ["", f"## {plain(say('List'))}", "", f"    {command_line(persona.rule.text, persona.key)}"]
    return "\n".join(lines)


def plain(text: str) -> str:
    """A text on one line of Markdown: a client's value is never markup."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def _as_json(view: View) -> dict[str, Any]:
    result = view.result
    return {
        "format": FORMAT,
        "as_of": result.as_of.isoformat(),
        "valid_until": (result.as_of + dt.timedelta(days=VALID_DAYS)).isoformat(),
        "language": view.language.code,
        "structure": result.structure.status,
        "customers": result.population.described,
        "personas": [_persona_as_json(view, persona) for persona in view.personas],
    }


def _persona_as_json(view: View, persona: Persona) -> dict[str, Any]:
    hours, way = window(view, persona.key), best_way(view, persona.key)
    return {
        "key": persona.key,
        "name": str(view.name(persona.key)),
        "customers": persona.customers,
        "share_customers": _number(persona.share_customers),
        "share_revenue": _number(persona.share_revenue),
        "revenue_per_customer": _number(persona.revenue_per_customer),
        "stability": _number(persona.stability),
        "rule": persona.rule.text,
        "rule_fidelity": _number(persona.rule.fidelity),
        "standouts": [
            {
                "tag": one.feature, "label": view.label_of(one.feature), "direction": one.direction, "value": one.value,
                "z": _number(one.z), "mean": _number(one.mean), "base": _number(one.base),
            }
            for one in persona.standouts
        ],
        "hours": None if hours is None else {"first": hours.hour, "share": _number(hours.share)},
        "channel": None if way is None else {"value": way.value, "share": _number(way.share)},
        "brief": {name: [str(text) for text in texts] for name, _, texts in brief(view, persona)},
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 6)
