"""Section three: what each persona goes with, as indices (TGI) with intervals."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.once import once
from customer_analytics.narrative.personas.contact import source_name
from customer_analytics.narrative.personas.view import View, records

COMMON = 0.1  # share of all customers who have what a persona is said to lack
SHOWN = 3  # rows a persona in the chart: what did not form the persona, and only then what did
_SUBJECTS = re.compile("hour|weekend|weekday|category|device|channel|discount")  # columns that rules ask
LISTED = 12  # rows in the table, the rest is in the file
IndexRow = tuple[str, float, float, float, str, str]  # name, value, low, high, in words, role


class Mark(NamedTuple):
    """A value that a persona has more or less often than all customers.

    `used`: it helped to form the personas, or says much the same as a tag that did.
    """

    persona: str
    tag: str
    label: Text
    share: float
    base: float
    tgi: float
    low: float
    high: float
    used: bool
    sensitive: bool

    @property
    def name(self) -> str:
        """Label and value, or the one that says it alone."""
        return str(self.label)

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 100."""
        return self.low > 100 or self.high < 100


@once
def marks(view: View) -> list[Mark]:
    """All indices that may be shown."""
    used, tags = formed(view), view.tags
    gone = {drop.name for drop in view.portrait.drops} - used
    rows = view.result.index.dropna(subset=["index", "low", "high"]) if len(view.result.index) else view.result.index
    return [
        Mark(
            persona=str(row["persona"]),
            tag=str(row["name"]),
            label=_label(view, row),
            share=float(row["share"]),
            base=float(row["base_share"]),
            tgi=float(row["index"]),
            low=float(row["low"]),
            high=float(row["high"]),
            used=row["name"] in used,
            sensitive=row["name"] in tags and tags[row["name"]].sensitive,
        )
        for row in records(rows)
        if row["name"] not in gone
    ]


def formed(view: View) -> frozenset[str]:
    """Tags that formed the personas, and those that say much the same: tied to one of them, or of the same column."""
    used = {feature.name for feature in view.result.preparation.used}
    pairs = [{pair.first, pair.second} for pair in view.portrait.pairs]
    subjects = {subject for name in used & set(view.tags) for subject in _SUBJECTS.findall(view.tags[name].rule)}
    alike = {tag.name for tag in view.portrait.ran if subjects & set(_SUBJECTS.findall(f"{tag.name} {tag.rule}"))}
    return frozenset(used | alike).union(*(pair for pair in pairs if pair & used))


def top_marks(view: View, key: str, *, independent: bool = False) -> list[Mark]:
    """What a persona has clearly more often than all, by the lower bound.

    Each tag is named once. `independent`: only what did not help to form the personas, so that it says something new,
    and nothing sensitive, so that a brief may use it.
    """
    own = [mark for mark in marks(view) if mark.persona == key and mark.low > 100]
    kept = [mark for mark in own if not (independent and (mark.used or mark.sensitive))]
    first: dict[str, Mark] = {}
    for mark in sorted(kept, key=lambda mark: -mark.low):
        first.setdefault(mark.tag, mark)
    return list(first.values())


def _label(view: View, row: dict[str, Any]) -> Text:
    """What the row is about, in words."""
    say, name, value = view.language.say, str(row["name"]), str(row["value"])
    label = view.label_of(name) if name in view.tags else str(source_name(view, name))
    if value.startswith(">="):
        border = value.removeprefix(">=")
        return say("“{label}” from {value} on", label=label, value=view.measure(name, float(border)))
    if value in ("", "True"):
        return Text(label)
    return say("{label}: {value}", label=label, value=view.value_of(name, value))


def distinct_section(view: View) -> SectionWords:
    """Opening of the section on what the personas go with."""
    say, language = view.language.say, view.language
    return SectionWords(
        say("What each persona goes with"), "distinct",
        say(
            "The index compares a persona with all customers: at {hundred} they are alike, at {double} the persona "
            "has it twice as often. It says what goes together, not what causes what.",
            hundred=language.number(100), double=language.number(200),
        ),
    )  # fmt: skip


def index_groups(view: View) -> list[tuple[str, list[IndexRow]]]:
    """Name and rows of each persona: what it has clearly more often first, then the clearest lack."""
    groups = []
    for persona in view.personas:
        every = top_marks(view, persona.key)
        more = sorted(every, key=lambda mark: mark.used)[:SHOWN]
        lacks = (mark for mark in marks(view) if mark.persona == persona.key and mark.high < 100 and not mark.used)
        less = [mark for mark in lacks if mark.base >= COMMON]
        rows = [*more, *sorted(less, key=lambda mark: mark.high)[:1]]
        if rows:
            groups.append((str(view.name(persona.key)), [_row(view, mark) for mark in rows]))
    return groups


def _row(view: View, mark: Mark) -> IndexRow:
    shown = view.language.number(mark.tgi)
    return (mark.name, mark.tgi, mark.low, mark.high, shown, "s3" if mark.used else "s1")


def reference(view: View) -> str:
    """Words at the line of 100."""
    return view.language.say("{hundred}: as all customers", hundred=view.language.number(100))


def index_figure(view: View) -> FigureWords:
    """Words of the chart of indices."""
    say, language = view.language.say, view.language
    clear = [mark for persona in view.personas for mark in top_marks(view, persona.key)]
    own = [mark for mark in clear if not mark.used]
    best = max(own or clear, key=lambda mark: mark.low, default=None)
    title = (
        say("No persona has anything clearly more often than all customers")
        if best is None
        else say(
            "“{persona}” has “{what}” {times} times as often as all customers", persona=view.name(best.persona),
            what=best.name, times=language.number(best.tgi / 100, 1),
        )
    )  # fmt: skip
    rows = [
        say("{persona}: {marks}", persona=name, marks=language.listing([f"{row[0]} {row[4]}" for row in rows]))
        for name, rows in index_groups(view)
    ]
    return FigureWords(
        title,
        say("Index (TGI), logarithmic. Lines: interval. Dark: not used to form the personas; light: used"),
        say("Dots with intervals by persona. {rows}.", rows=language.joined(rows)),
        view.source,
    )


def index_table(view: View) -> TableWords:
    """All clear indices."""
    say, language = view.language.say, view.language
    clear = sorted((mark for mark in marks(view) if mark.clear), key=lambda mark: -abs(mark.tgi / 100 - 1))
    rows: list[Row] = [
        (
            (view.short(mark.persona), None),
            (mark.label, None),
            (language.percent(mark.share), mark.share),
            (language.percent(mark.base), mark.base),
            (
                say(
                    "{index} ({low} to {high})", index=language.number(mark.tgi), low=language.number(mark.low),
                    high=language.number(mark.high),
                ),
                mark.tgi,
            ),
            (say("yes") if mark.used else say("no"), None),
        )
        for mark in clear[:LISTED]
    ]  # fmt: skip
    return TableWords(
        (
            (say("Persona"), "name"),
            (say("What it goes with"), "text"),
            (say("Share of the persona"), "number"),
            (say("Share of all"), "number"),
            (say("Index (interval)"), "number"),
            (say("Formed the persona"), "text"),
        ),
        tuple(rows),
        say("What goes with each persona, beyond chance"),
        view.how(
            (say("Index"), say("Share of the persona with the value over the share of all with it, as hundredths")),
            (say("Interval"), say("Confidence {level}, by the logarithm of the ratio", level=language.percent(0.95))),
            (say("Base"), say("Customers for whom the value is known")),
        ),
        file="index.csv",
    )
