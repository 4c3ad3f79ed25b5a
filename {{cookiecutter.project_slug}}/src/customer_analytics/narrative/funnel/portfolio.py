"""The fixes worth testing, ranked, and the plan of a test for each."""

from __future__ import annotations

import math
import re

from customer_analytics.analysis.dropoff.sizes import DETECT
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.drivers import has_drivers, reason_name
from customer_analytics.narrative.funnel.groups import (
    Record,
    counted,
    found,
    how,
    inside,
    passage,
    period,
    property_name,
    records,
)
from customer_analytics.narrative.funnel.view import View

LONG_WEEKS = 26.0  # weeks beyond which a test is not worth waiting for
PLANS = 5  # test plans that are written
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def has_portfolio(view: View) -> bool:
    """Whether there is anything to test."""
    return has_drivers(view) and len(_rows(view)) > 0


def portfolio_section(view: View) -> SectionWords:
    """Opening: how the ranking is made, with its assumptions in the same sentence."""
    say = view.language.say
    deck = say(
        "Ranked by what a fix would win × how feasible it is × how firm the evidence is. The last two are our weights, "
        "not measurements: change them where you know better."
    )
    return SectionWords(say("What to test first"), "portfolio", deck)


def portfolio_table(view: View) -> TableWords:
    """One row a candidate: where, what it would win, weights, test size and weeks."""
    say, language, result = view.language.say, view.language, found(view)
    is_margin, has_money = not math.isnan(result.worth.margin), not math.isnan(result.worth.mean)
    rows: list[Row] = []
    for row in _rows(view):
        amount = float(row["margin"] if is_margin else row["money"] if has_money else row["extra"])
        shown = language.money(amount) if has_money else language.number(amount)
        per_arm, weeks = float(row["per_arm"]), float(row["weeks"])
        rows.append(
            (
                (_name(view, row), None),
                (passage(view, int(row["step"])), int(row["step"])),
                (shown, amount),
                (area_name(view, str(row["area"])), float(row["feasibility"])),
                (language.percent(float(row["evidence"])), float(row["evidence"])),
                (language.number(per_arm), per_arm),
                (_weeks(view, weeks), weeks),
            )
        )
    return TableWords(
        (
            (say("Candidate"), "name"),
            (say("Step"), "text"),
            (
                say("Margin to win")
                if is_margin
                else say("Net revenue to win")
                if has_money
                else say("More at “{last}”", last=view.step(view.steps)),
                "number",
            ),
            (say("Feasible"), "text"),
            (say("Evidence"), "number"),
            (say("Units in each arm"), "number"),
            (say("Weeks"), "number"),
        ),
        tuple(rows),
        say("Fixes worth testing"),
        how(view, *_how(view)),
        file="fix_portfolio.csv",
    )


def _how(view: View) -> list[tuple[Text, Text]]:
    say, language = view.language.say, view.language
    return [
        (
            say("Feasible"),
            say(
                "Own pages and app {product}, offer, payment and delivery {offer}, unknown {unknown}, marketing "
                "{marketing}, who the customers are {people}: assumed",
                product=language.percent(0.9), offer=language.percent(0.6), unknown=language.percent(0.5),
                marketing=language.percent(0.4), people=language.percent(0.2),
            ),
        ),
        (
            say("Evidence"),
            say(
                "{adjusted} where it stands after adjusting, {described} where it is described only: assumed",
                adjusted=language.percent(0.8), described=language.percent(0.5),
            ),
        ),
        (
            say("Units in each arm"),
            say(
                "To see a fix that closes {share} of the gap: two-sided level {level}, power {power}; weeks at the "
                "present traffic of the group, split in two",
                share=language.percent(DETECT), level=language.percent(0.05), power=language.percent(0.8),
            ),
        ),
        (say("Overlap"), say("The same loss may stand in several rows; they are not to be added up")),
    ]  # fmt: skip


def area_name(view: View, area: str) -> Text:
    """Who can change it."""
    say = view.language.say
    return {
        "product": say("own pages and app"),
        "offer": say("offer, payment, delivery"),
        "marketing": say("marketing"),
        "people": say("who the customers are"),
        "unknown": say("unknown"),
    }[area]


def documents(view: View) -> dict[str, str]:
    """File name -> Markdown: the plan of a test for each of the first candidates."""
    if not has_portfolio(view):
        return {}
    testable = [row for row in _rows(view) if not math.isnan(float(row["per_arm"]))]
    return {f"test_plans/plan_{place}.md": _plan(view, row) for place, row in enumerate(testable[:PLANS], 1)}


def _plan(view: View, row: Record) -> str:
    """The plan as Markdown; every value of the client loses its power as a mark."""
    language = view.language
    lines = [f"# {_plain(language.say('Test plan: {name}', name=_name(view, row)))}", ""]
    for heading, text in _parts(view, row):
        lines += [f"## {_plain(heading)}", "", _plain(text), ""]
    return "\n".join(lines)


def _parts(view: View, row: Record) -> list[tuple[Text, Text]]:
    say, language, step = view.language.say, view.language, int(row["step"])
    n, rate = int(row["n"]), float(row["rate"])
    weeks, per_arm = max(1, math.ceil(float(row["weeks"]))), int(row["per_arm"])
    return [
        (
            say("What was seen"),
            say(
                "Of {n} that came to “{before}” ({name}), {rate} went on to “{step}”; {reference} of the others. From "
                "{period}.",
                n=counted(view, n), before=view.step(step - 1), name=_name(view, row), rate=language.percent(rate, 1),
                step=view.step(step), reference=language.percent(float(row["reference"]), 1), period=period(view),
            ),
        ),
        (
            say("Hypothesis"),
            say(
                "With the fix, {target} of them go on to “{step}”: half of the gap is closed. What the fix is, the "
                "owner writes here before the test begins.",
                target=language.percent(float(row["target"]), 1), step=view.step(step),
            ),
        ),
        (
            say("Who takes part"),
            say(
                "Everybody who comes to “{before}” in this group. People are drawn at random into two equal arms, and "
                "stay in theirs in later visits; nobody is moved by hand.",
                before=view.step(step - 1),
            ),
        ),
        (
            say("Size and length"),
            say(
                "{units} in each arm (two-sided level {level}, power {power}), about {weeks} weeks at the present "
                "traffic; whole weeks, and no look at the result before.",
                units=counted(view, per_arm), level=language.percent(0.05), power=language.percent(0.8),
                weeks=language.number(weeks),
            ),
        ),
        (
            say("What decides"),
            say(
                "Share that goes on from “{before}” to “{step}”, all who were drawn counted in their arm. Watch beside "
                "it: share that reaches “{last}”, net revenue for each one drawn, errors, and that both arms are of "
                "equal size.",
                before=view.step(step - 1), step=view.step(step), last=view.step(view.steps),
            ),
        ),
        (
            say("Decision"),
            say(
                "Roll out if the interval of the difference lies above zero; keep what is there if it does not, and "
                "write down the smallest effect that this test could have shown."
            ),
        ),
        (say("Owner"), say("To be named before the test begins.")),
    ]  # fmt: skip


def _rows(view: View) -> list[Record]:
    """Candidates that may be shown."""
    return [row for row in records(found(view).portfolio) if int(row["n"]) >= view.minimum_group]


def _name(view: View, row: Record) -> Text:
    say = view.language.say
    if row["kind"] == "reason":
        return say("{what} ({about})", what=row["value"], about=reason_name(view, str(row["property"])))
    return say(
        "{value} ({property})", value=row["value"], property=inside(view, property_name(view, str(row["property"])))
    )


def _weeks(view: View, weeks: float) -> Text:
    language = view.language
    if math.isnan(weeks):
        return Text(language.number(None))
    if weeks > LONG_WEEKS:
        return language.say("more than {weeks}", weeks=language.number(LONG_WEEKS))
    return Text(language.number(max(1, math.ceil(weeks))))


def _plain(text: str) -> str:
    """One line without Markdown in it: what the client's data say is text, not marks."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))
