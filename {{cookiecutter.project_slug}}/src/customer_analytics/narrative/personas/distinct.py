"""Section three: what each persona goes with, as indices (TGI) with intervals."""

from __future__ import annotations

from typing import NamedTuple

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.contact import source_name
from customer_analytics.narrative.personas.view import View, records

SHOWN = 4  # rows a persona in the chart
LISTED = 60  # rows in the table, the rest is in the file
IndexRow = tuple[str, float, float, float, str, str]  # name, value, low, high, in words, role


class Mark(NamedTuple):
    """A value that a persona has more or less often than all customers. `used`: it helped to form the personas."""

    persona: str
    source: str
    label: Text
    value: str
    share: float
    base: float
    tgi: float
    low: float
    high: float
    customers: int
    used: bool

    @property
    def name(self) -> str:
        """Label and value, or the one that says it alone."""
        return str(self.label)

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 100."""
        return self.low > 100 or self.high < 100


def marks(view: View) -> list[Mark]:
    """All indices that may be shown."""
    used = {feature.name for feature in view.result.preparation.used}
    rows = view.result.index.dropna(subset=["index", "low", "high"]) if len(view.result.index) else view.result.index
    return [
        Mark(
            str(row["persona"]), str(row["source"]), _label(view, row), view.value_of(row["name"], str(row["value"])),
            float(row["share"]), float(row["base_share"]), float(row["index"]), float(row["low"]), float(row["high"]),
            int(row["customers"]), str(row["name"]) in used,
        )
        for row in records(rows)
    ]  # fmt: skip


def top_marks(view: View, key: str, *, independent: bool = False) -> list[Mark]:
    """What a persona has clearly more often than all, by the lower bound.

    `independent`: only what did not help to form the personas, so that it says something new.
    """
    own = [mark for mark in marks(view) if mark.persona == key and mark.low > 100]
    return sorted((mark for mark in own if not (independent and mark.used)), key=lambda mark: -mark.low)


def _label(view: View, row: dict[str, object]) -> Text:
    """What the row is about, in words."""
    say, name, value = view.language.say, str(row["name"]), str(row["value"])
    tag = view.result_tag(name)
    if tag is not None and tag.kind == "flag" and value in ("True", "true", "1", "yes"):
        return say("{label}", label=view.words(tag.label))
    shown = view.value_of(name, value)
    if row["source"] in ("category",):
        return say("{value}", value=shown)
    what = view.label_of(name) if tag is not None else source_name(view, name)
    return say("{label}: {value}", label=what, value=shown)


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
        more = top_marks(view, persona.key)[:SHOWN]
        less = [mark for mark in marks(view) if mark.persona == persona.key and mark.high < 100 and mark.base >= 0.1]
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
