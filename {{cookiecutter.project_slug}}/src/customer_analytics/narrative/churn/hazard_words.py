"""What the sections on staying share: which parts there are, what columns, levels and ages are called, p-values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.hazard.columns import AGE, COMPLAINT, DISCOUNTED, EARLY_DAYS, OF_CUSTOMER
from customer_analytics.analysis.hazard.design import OTHERS, UNKNOWN
from customer_analytics.analysis.hazard.result import CONTRACTS, DAYS, Hazards
from customer_analytics.analysis.survival.comparison import OTHERS as SMALL_GROUPS
from customer_analytics.language import Text

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

OURS = frozenset({*OF_CUSTOMER, "plan", "price", AGE, COMPLAINT, DISCOUNTED})  # columns with names of ours
LEAST_P = 0.001
LONGEST = 40  # letters of a client's own name
CLAIM = 0.01  # level of a claim, after correction


def parts(view: View) -> tuple[Hazards, ...]:
    """The populations whose lengths can be shown, the main one first."""
    found = view.result.hazard
    return () if found is None else tuple(part for part in found.parts if part.curve is not None)


def unusable(view: View) -> tuple[Hazards, ...]:
    """The populations that are too small for a curve."""
    found = view.result.hazard
    return () if found is None else tuple(part for part in found.parts if part.curve is None)


def section_id(view: View, part: Hazards, name: str) -> str:
    """Address of a part's section: the main one has the plain name."""
    shown = parts(view)
    return name if not shown or part is shown[0] else f"{name}_{part.kind}"


def is_contracts(part: Hazards) -> bool:
    """Whether the part is contracts, not customers' lives."""
    return part.kind == CONTRACTS


def counted(view: View, part: Hazards, count: int) -> Text:
    """A count of contracts, or of people."""
    if is_contracts(part):
        return view.language.say_count("{count} contract", "{count} contracts", count)
    return view.counted(count)


def span(view: View, part: Hazards, length: float) -> Text:
    """A length in the unit of the part: 90 days; 12 units of tenure."""
    if part.unit == DAYS:
        return view.days(round(length))
    return view.language.say_count("{count} unit of tenure", "{count} units of tenure", round(length))


def column_name(view: View, column: str) -> Text:
    """A column inside a sentence; a client's own by its own name."""
    say = view.language.say
    known = {
        "acquisition_channel": say("channel"), "region": say("region"), "plan": say("plan"), "price": say("price"),
        "consent": say("consent"), "gender": say("gender"), "occupation": say("occupation"),
        "income_band": say("income band"), AGE: say("age"),
        COMPLAINT: say("complaint in the first {days}", days=view.days(EARLY_DAYS)),
        DISCOUNTED: say("first order at a discount"),
    }  # fmt: skip
    return known.get(column) or Text(short(column))


def short(name: str) -> str:
    """A client's own name, cut where it is long."""
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def level_name(view: View, level: str) -> Text:
    """A level of a category; the small ones together, and what is missing."""
    say = view.language.say
    if level in (OTHERS, SMALL_GROUPS):
        return say("the others together")
    return {UNKNOWN: say("not known"), "yes": say("yes"), "no": say("no")}.get(level) or Text(short(level))


def term_name(view: View, row: dict[str, object]) -> Text:
    """A term of the model at the head of a line: channel: deal site; age, for each decade more."""
    say, column = view.language.say, str(row["column"])
    name, level = column_name(view, column), row["level"]
    if isinstance(level, str):
        return who(view, column, level)
    if column == AGE:
        return headed(say("{column}, each decade more", column=name), column)
    if column in (COMPLAINT, DISCOUNTED):
        return headed(name, column)
    return headed(say("{column}, each {step} more", column=name, step=step_words(view, row)), column)


def who(view: View, column: str, level: str) -> Text:
    """A group by its column and value, at the head of a line: Channel: deal site."""
    return headed(view.language.say("{column}: {level}", column=column_name(view, column),
                                    level=level_name(view, level)), column)  # fmt: skip


def headed(text: Text, column: str) -> Text:
    """A text that begins with the name of a column, with a capital where the name is ours and not the client's."""
    return Text(text[:1].upper() + text[1:]) if column in OURS else text


def against(view: View, row: dict[str, object]) -> Text:
    """What a term is compared with."""
    say, reference = view.language.say, row["reference"]
    if isinstance(reference, str):
        return level_name(view, reference)
    if row["level"] == UNKNOWN:
        return say("the mean")
    if row["column"] in (COMPLAINT, DISCOUNTED):
        return say("without")
    if row["column"] == AGE:
        return say("a decade younger")
    return say("{step} less", step=step_words(view, row))


def step_words(view: View, row: dict[str, object]) -> str:
    """The difference that a ratio is told for: 1, 50, 0.2."""
    step = float(str(row["step"]))
    return view.language.number(step, 0 if step >= 1 else max(1, -math.floor(math.log10(step))))


def stepped(row: dict[str, object]) -> dict[str, object]:
    """A term with its ratio and interval for its step instead of for one more."""
    step = float(str(row["step"]))
    ratios: dict[str, object] = {
        name: math.exp(min(step * math.log(float(str(row[name]))), 50.0))
        for name in ("hazard_ratio", "low", "high", "early", "early_low", "early_high", "late", "late_low", "late_high",
                     "by_silence")
        if name in row and not math.isnan(float(str(row[name])))
    }  # fmt: skip
    return {**row, **ratios}


def p_value(view: View, p: float) -> str:
    """A p-value: 0.042, below a thousandth <0.001."""
    if math.isnan(p):
        return view.language.number(None)
    return f"<{view.language.number(LEAST_P, 3)}" if p < LEAST_P else view.language.number(p, 3)


def ratio(view: View, value: float) -> str:
    """A hazard ratio: 2.01, 12."""
    return view.language.number(value, 2 if value < 10 else 0)


def ratio_interval(view: View, low: float, high: float) -> Text:
    """The interval of a hazard ratio, for a cell."""
    return view.language.say("{low} to {high}", low=ratio(view, low), high=ratio(view, high))
