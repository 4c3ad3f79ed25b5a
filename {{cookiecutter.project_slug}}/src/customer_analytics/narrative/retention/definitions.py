"""One retention, several numbers: the same people under the usual definitions, and which tool means which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.panel import DAY, FOLLOWED, Definition, Panel
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View


def definitions_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, language, outlook = view.language.say, view.language, view.outlook
    title = say("Why your tool shows another number")
    if outlook is None or outlook.panel is None:
        return SectionWords(
            title,
            "definitions",
            say(
                "The panel of definitions takes {least} people followed for {days} days; there are fewer.",
                least=language.number(view.minimum_base), days=language.number(FOLLOWED),
            ),
        )  # fmt: skip
    return SectionWords(
        title,
        "definitions",
        say(
            "The same {people} people over the same days, under each usual definition of retention after {days} days. "
            "Nothing differs but the definition.",
            people=language.number(outlook.panel.people), days=language.number(DAY),
        ),
    )  # fmt: skip


def definition_name(view: View, name: str) -> Text:
    """Name of a definition."""
    say, day, last = view.language.say, view.language.number(DAY), view.language.number(2 * DAY - 1)
    return {
        "on_day": say("On day {day} exactly", day=day),
        "hours": say("In the {hours} hours that begin {day} days after the first moment", day=day,
                     hours=view.language.number(24)),
        "next_thirty": say("In days {day} to {last}", day=day, last=last),
        "within": say("On any of days {first} to {day}", first=view.language.number(1), day=day),
    }.get(name) or say("On day {day} or later", day=day)  # fmt: skip


def field_name(view: View, name: str) -> Text:
    """What the field calls it."""
    say = view.language.say
    return {
        "on_day": say("bounded, calendar day"),
        "hours": say("bounded, hours from the first moment"),
        "next_thirty": say("bounded, a month of thirty days"),
        "within": say("on or before, cumulative"),
    }.get(name) or say("unbounded, on or after")


def panel_table(view: View, panel: Panel) -> TableWords:
    """Retained people under each definition, and the arithmetic that leads from the first to it."""
    say, language = view.language.say, view.language
    first = panel.definitions[0]
    rows: list[Row] = []
    for one in panel.definitions:
        rate = say(
            "{value} ({interval})",
            value=language.percent(one.rate, 1), interval=estimates.between(language, one.interval, 1),
        )  # fmt: skip
        name = say("{name} ({field})", name=definition_name(view, one.name), field=field_name(view, one.name))
        rows.append(((name, None), (rate, one.rate), (_arithmetic(view, first, one), one.retained)))
    rows.append(_everybody(view, panel))
    return TableWords(
        ((say("Retained means active …"), "name"), (say("Share"), "number"), (say("People, and why"), "text")),
        tuple(rows),
        say("One client, the same days, {count} numbers", count=language.number(len(rows))),
        (
            (
                say("Unit"),
                say(
                    "{people} people who began from {first} to {last}, each followed for {days} whole days or more",
                    people=language.number(panel.people), first=language.date(as_date(panel.first)),
                    last=language.date(as_date(panel.last)), days=language.number(FOLLOWED),
                ),
            ),
            (
                say("People, and why"),
                say("Counted, not estimated: the people of the first line, and those whom only this definition counts, "
                    "less those whom only the first one counts"),
            ),
            (
                say("Last line"),
                say("Other people: everybody active in a stretch of {days} days, new or not; higher, because who is "
                    "active at all is mostly a regular", days=language.number(DAY)),
            ),
            (say("Interval"), say("Wilson, {level}", level=language.percent(0.95))),
        ),
        file="definitions.csv",
    )  # fmt: skip


def _arithmetic(view: View, first: Definition, one: Definition) -> Text:
    say, number = view.language.say, view.language.number
    if one.name == first.name:
        return say("{retained} people", retained=number(one.retained))
    numbers = {
        "first": number(first.retained), "added": number(one.added), "dropped": number(one.dropped),
        "retained": number(one.retained), "reason": _reason(view, one),
    }  # fmt: skip
    if one.dropped:
        return say("{first} + {added} − {dropped} = {retained}: {reason}", **numbers)
    return say("{first} + {added} = {retained}: {reason}", **numbers)


def _reason(view: View, one: Definition) -> Text:
    say, day = view.language.say, view.language.number(DAY)
    return {
        "hours": say("a visit early or late in the day falls into another stretch of hours"),
        "next_thirty": say("who came on another day of that month counts too"),
        "within": say("who came earlier counts, who came only on day {day} does too", day=day),
    }.get(one.name) or say("who came at any time after it counts, until the end of the data")


def _everybody(view: View, panel: Panel) -> Row:
    say, language = view.language.say, view.language
    name = say("In the last {days} days, of all active in the {days} before (period over period)",
               days=language.number(DAY))  # fmt: skip
    if panel.all_active < view.minimum_base:
        return (name, None), (estimates.not_estimable(language, panel.all_active), None), (Text(""), None)
    shown = say("{again} of {active} people", again=language.number(panel.again),
                active=language.number(panel.all_active))  # fmt: skip
    return (name, None), (language.percent(panel.again_rate, 1), panel.again_rate), (shown, panel.again)


def glossary(view: View) -> list[tuple[Text, Text]]:
    """What the common tools mean by retention, against this report; as their documentation had it when written."""
    say = view.language.say
    return [
        (
            say("This report"),
            say(
                "Calendar days in the engagement's time zone, first start in the data, active in that very period, "
                "only people whose period is complete."
            ),
        ),
        (
            say("Amplitude"),
            say(
                "Counts hours from the first event unless strict calendar dates are set, a week as seven and a month "
                "as thirty days; “return on or after” is unbounded. Compare with the line of hours or the unbounded."
            ),
        ),
        (
            say("Mixpanel"),
            say(
                "Counts hours from the first event unless calendar is set, and calls that rolling; “on or after” is "
                "unbounded. A person counts in each cohort in which they did the first event again, unless it is first "
                "time."
            ),
        ),
        (
            say("PostHog"),
            say(
                "Calendar periods unless hours are set; its rolling retention is unbounded. Periods that still run are "
                "shown, with who has come so far."
            ),
        ),
        (
            say("Google Analytics"),
            say(
                "Devices unless people sign in. Standard is bounded; rolling asks for a return in every period up to "
                "then, which is stricter than any line here; cumulative is on or before."
            ),
        ),
        (
            say("Adobe Analytics"),
            say("Calendar periods; its rolling calculation divides by the period before: period over period."),
        ),
    ]


def findings(view: View) -> list[Finding]:
    """How far the definitions lie apart: said in the section, never on the first screen."""
    outlook = view.outlook
    if outlook is None or outlook.panel is None:
        return []
    say, language, panel = view.language.say, view.language, outlook.panel
    low = min(panel.definitions, key=lambda one: one.rate)
    high = max(panel.definitions, key=lambda one: one.rate)
    return [
        Finding(
            id="definitions",
            grade=Grade.C,
            head=say("The definition alone makes the number"),
            statement=say(
                "The same {people} people are retained to **{low}** ({low_name}) or to **{high}** ({high_name}).",
                people=language.number(panel.people), low=language.percent(low.rate, 1),
                high=language.percent(high.rate, 1), low_name=_inside(definition_name(view, low.name)),
                high_name=_inside(definition_name(view, high.name)),
            ),
            meaning=say("Two numbers of retention can be compared only when unit, window and clock are the same."),
            action=say("Write the definition beside each number of retention, and keep to one."),
            section="definitions",
            value=high.rate - low.rate,
            n=panel.people,
            unit="share",
            notable=False,
        )
    ]  # fmt: skip


def _inside(text: Text) -> Text:
    """A name as part of a sentence."""
    return Text(str(text)[:1].lower() + str(text)[1:])
