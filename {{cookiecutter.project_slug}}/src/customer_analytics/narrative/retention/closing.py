"""The last sections: next steps, method, data and limits."""

from __future__ import annotations

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import SectionWords
from customer_analytics.narrative.retention import cliffs, groups, renewals, rhythm
from customer_analytics.narrative.retention.view import View

Pairs = list[tuple[Text, Text]]


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("Next steps"), "next", say("A quarter that ends with a number instead of an impression."))


def next_steps(view: View) -> Pairs:
    """What to do in the coming weeks, from what was found."""
    say = view.language.say
    if not view.enough and renewals.contracts_of(view) is not None:
        found = [renewals.base_finding(view), *renewals.findings(view)]
        return [
            (when, finding.action)
            for when, finding in zip((say("First fortnight"), say("Next month")), found, strict=False)
        ]
    if not view.enough:
        return [(say("First"), say("Load more history, or check what counts as activity and who is known."))]
    steps: Pairs = []
    told = [finding for finding in (*groups.findings(view), *cliffs.findings(view)) if finding.notable]
    when = (say("First fortnight"), say("Next month"), say("Second month"))
    steps += [(head, finding.action) for head, finding in zip(when[:2], told, strict=False)]
    late = next((finding for finding in rhythm.findings(view) if finding.id == "at_risk_of_lapse"), None)
    if late is not None and len(steps) < 3:
        steps.append((when[len(steps)], late.action))
    if not steps:
        steps.append((when[0], say("Choose one measure for the first weeks after the start, and one number it moves.")))
    steps.append(
        (
            say("Throughout"),
            say(
                "Draw a random part of newcomers whom no new measure reaches; only against them does a change of "
                "retention count as an effect."
            ),
        )
    )
    steps.append(
        (
            say("End of the quarter"),
            say(
                "Run this report again with the same definition, and compare the cohorts that began after the measure."
            ),
        )
    )
    return steps


def method_section(view: View) -> SectionWords:
    """Opening of the method."""
    say = view.language.say
    return SectionWords(say("Method and definitions"), "method", say("What the words in this report mean."))


def method(view: View) -> Pairs:
    """Definitions in force."""
    say = view.language.say
    pairs: Pairs = _of_activity(view) if view.n else []
    if renewals.contracts_of(view) is not None:
        pairs.append(
            (
                say("Contract"),
                say("A row of the subscriptions: from its beginning to its end, or as long as it was seen to run."),
            )
        )
    return [
        *pairs,
        (
            say("Interval"),
            say(
                "Confidence {level}. Wilson for shares; for money, curves and stickiness over people, who are the unit "
                "that is drawn.", level=view.language.percent(0.95),
            ),
        ),
        (
            say("Evidence grade"),
            say(
                "A: randomised comparison. B: checked on later data. C: description with interval. D: before and after."
            ),
        ),
    ]  # fmt: skip


def _of_activity(view: View) -> Pairs:
    say = view.language.say
    return [
        (say("Active"), view.active),
        (say("Start"), say("Counted from {start}.", start=view.start)),
        (say("Clock"), view.clock),
        (
            say("Bounded"),
            say("Active in that very period. The usual meaning of retention here, unless another one is named."),
        ),
        (
            say("Unbounded"),
            say(
                "Active in that period or any later one. It falls to bounded where the data end, so its last periods "
                "are hatched."
            ),
        ),
        (say("On or before"), say("Active again in any period up to that one.")),
        (
            say("Period over period"),
            say("Active in a period for each one active in the period before, of the same cohort."),
        ),
        (
            say("Weighted mean"),
            say(
                "All cohorts as one group: active people divided by people whose period is complete. What is not yet "
                "observed is empty, and never counts as zero."
            ),
        ),
        (
            say("Lifecycle"),
            say(
                "New: first active period. Returning: active in this and the period before. Resurrecting: active in "
                "this, not in the one before, but earlier. Dormant: active in the one before, not in this."
            ),
        ),
        (
            say("Stickiness"),
            say(
                "Mean over {days} days of people active on the day divided by people active in the {days} days up to "
                "it; whole weeks, so that weekdays weigh the same.", days=view.language.number(28),
            ),
        ),
    ]  # fmt: skip


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(say("Data and limits"), "limits", say("What was left out, and what the data cannot show."))


def limits(view: View) -> list[Text]:
    """What was left out and what the data cannot show; a line only where it applies."""
    say, language, definition = view.language.say, view.language, view.result.definition
    number, out = language.number, definition.left_out
    lines: list[Text] = []
    if definition.activity != "none":
        lines.append(say("The data run from {period}; the last day is the last complete one.", period=view.period))
    if out.rows_without_person:
        lines.append(
            say("{rows} rows name neither a customer nor a visitor and are left out.",
                rows=number(out.rows_without_person))
        )  # fmt: skip
    if out.visitors:
        lines.append(
            say(
                "{visitors} visitors with {rows} events are not known as customers and are not followed: a cleared "
                "cookie would look like somebody who left. The parameter people includes them.",
                visitors=view.few(out.visitors), rows=number(out.visitor_rows),
            )
        )  # fmt: skip
    if out.started_before:
        lines.append(
            say("{people} people began before the data do; their first periods are not seen, and they are left out.",
                people=view.few(out.started_before))
        )  # fmt: skip
    if out.without_start:
        lines.append(
            say("{people} people have activity and no known start; they are left out.",
                people=view.few(out.without_start))
        )  # fmt: skip
    if view.n and bool(view.result.cohorts["truncated"].any()):
        lines.append(
            say(
                "Whoever was there before {date} may be older than the data: their cohorts come back more often than "
                "those of real newcomers. They are in the triangle and left out of what is tested and forecast.",
                date=language.date(as_date(definition.truncated_until)),
            )
        )  # fmt: skip
    if definition.start == "first_activity" and view.n:
        lines.append(say("“New” means new in the data: who comes back after a silence longer than the data looks new."))
    lines.append(
        say(
            "Retention describes; it does not say why. What goes with staying need not cause it, except where a random "
            "part was left out."
        )
    )
    lines.append(say("Shares may not add up to the whole because of rounding."))
    return lines
