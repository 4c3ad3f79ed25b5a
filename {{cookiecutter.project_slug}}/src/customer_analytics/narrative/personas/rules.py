"""Section: the rule of each persona that a marketer can rebuild, with its fidelity."""

from __future__ import annotations

import re

from customer_analytics.analysis.personas.result import Persona, Rule
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import View

_EVERYBODY = re.compile(r"^orders >= 1 and (?!.*\bor\b)")  # whoever bought at all is meant anyway
HOLDOUT = 10  # per cent of a list that the ready command sets aside


def rules_section(view: View) -> SectionWords:
    """Opening of the section on rules."""
    say, language = view.language.say, view.language
    base = next((one.rule.held_out for one in view.personas if one.rule.text), 0)
    return SectionWords(
        say("Rules to rebuild them"), "rules",
        say(
            "A short rule on tags finds most of a persona in any system that has the tags. How well it does was "
            "counted on {count} customers who did not help to make it. Each command below draws the list, with {share} "
            "held out at random.", count=language.number(base), share=language.percent(HOLDOUT / 100),
        ),
    )  # fmt: skip


def rule_table(view: View) -> TableWords:
    """Precision, recall and fidelity of each rule."""
    say = view.language.say
    rows: list[Row] = [_rule_row(view, persona) for persona in view.personas]
    return TableWords(
        (
            (say("Persona"), "name"), (say("Selected"), "number"), (say("Share right"), "number"),
            (say("Share found"), "number"), (say("Fidelity"), "number"),
        ),
        tuple(rows),
        say("Rules and how well they find their persona"),
        view.how(
            (say("Selected"), say("Customers whom the rule selects today")),
            (say("Share right"), say("Of the selected, the share of the persona (precision), with interval")),
            (say("Share found"), say("Of the persona, the share selected (recall), with interval")),
            (say("Fidelity"), say("Harmonic mean of the two")),
        ),
        file="personas.csv",
    )  # fmt: skip


def _rule_row(view: View, persona: Persona) -> Row:
    say, language, rule = view.language.say, view.language, persona.rule
    if not rule.text:
        return (
            (view.short(persona.key), None), (say("no short rule finds it"), None),
            *((language.number(None), None) for _ in range(3)),
        )  # fmt: skip
    return (
        (view.short(persona.key), None),
        (language.number(rule.matched), rule.matched),
        (view.share(rule.precision, rule.precision_interval), rule.precision),
        (view.share(rule.recall, rule.recall_interval), rule.recall),
        (language.number(rule.fidelity, 2), rule.fidelity),
    )


def in_words(view: View, text: str) -> Text:
    """A condition as a person reads it: labels in place of names of tags, numbers in their units.

    What is between quotes is a client's value and stays as it is; what this does not know stays in the grammar.
    """
    text = _EVERYBODY.sub("", text)
    names = sorted([*(tag.name for tag in view.portrait.tags), *_facts(view)], key=len, reverse=True)
    name = "|".join(re.escape(name) for name in names)
    pattern = re.compile(
        rf"(?P<quoted>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")"
        rf"|`?\b(?P<name>{name})\b`?(?:\s*(?P<sign>>=|<=|!=|>|<|=)\s*(?P<number>-?\d+(?:\.\d+)?)(?![\w.%]))?"
        r"|\s+(?P<word>and|or)\s+"
    )
    return Text(pattern.sub(lambda match: _in_words(view, match), text))


def _in_words(view: View, match: re.Match[str]) -> str:
    say = view.language.say
    if match["word"]:
        return str(say(" and ") if match["word"] == "and" else say(" or "))
    if match["quoted"] or not match["name"]:
        return match[0]
    label = _facts(view).get(match["name"]) or view.label_of(match["name"])
    if match["name"] == "orders" and match["sign"] == ">=":
        return str(say("{count} or more purchases", count=view.language.number(float(match["number"]))))
    if not match["sign"]:
        return f"“{label}”"
    value = view.measure(match["name"], float(match["number"]), exact=True)
    told = {
        ">": say("“{label}” over {value}", label=label, value=value),
        ">=": say("“{label}” from {value} on", label=label, value=value),
        "<": say("“{label}” under {value}", label=label, value=value),
        "<=": say("“{label}” up to {value}", label=label, value=value),
        "=": say("“{label}” of {value}", label=label, value=value),
        "!=": say("“{label}” other than {value}", label=label, value=value),
    }
    return str(told[match["sign"]])


def _facts(view: View) -> dict[str, Text]:
    """Facts that a rule may name beside tags."""
    say = view.language.say
    return {
        "orders": say("Purchases"), "revenue": say("Revenue"), "recency_days": say("Days since the last purchase"),
        "average_order": say("Average order"),
    }  # fmt: skip


def usable(rule: Rule) -> bool:
    """Whether the rule can be given to somebody."""
    return bool(rule.text)


def commands(view: View) -> list[tuple[Text, list[str]]]:
    """For each persona with a rule: the rule in words, and the command that draws the list."""
    say = view.language.say
    return [
        (
            say(
                "{persona}: {rule}", persona=view.short(one.key), rule=in_words(view, one.rule.text),
            ),
            [command_line(one.rule.text, one.key)],
        )
        for one in view.personas
        if usable(one.rule)
    ]  # fmt: skip


def command_line(condition: str, name: str) -> str:
    """The command that draws an audience. The condition stands in double quotes, as every shell reads them."""
    return f'analytics audience "{quoted(condition)}" --name {name} --holdout {HOLDOUT}%'


def quoted(condition: str) -> str:
    """A condition for double quotes of a shell: its own quotes are single ones, and nothing in it is run."""
    flat = " ".join(condition.split())
    return re.sub(r'([$`\\"!])', r"\\\1", flat)
