"""Findings about time: days that stand out, and a clock that does not fit its zone."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit, Severity
from customer_analytics.analysis.audit.volume import Mark, Volume
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.names import WEEKDAYS, together
from customer_analytics.narrative.data_audit.rules import say_fix
from customer_analytics.narrative.data_audit.sentences import Ranked, issue_finding, listed_days, place
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.table_names import table_name


def days(audit: Audit, language: Language) -> Ranked | None:
    """Days that stand out after the calendar has been allowed for."""
    if not audit.volumes:
        return None
    say = language.say
    parts = [part for volume in audit.volumes for part in day_sentences(volume, language)]
    first = audit.volumes[0]
    rules = ("gap", "collapse", "spike", "incomplete_day")
    issues = [issue for issue in audit.issues if issue.fault.rule in rules]
    calendar = calendar_words(first, language)
    total = len(first.days)
    if not parts:
        head = say("No day is missing or out of line")
        statement = say("Of {days} days, none is missing, far too small or far too large.", days=language.number(total))
        action = say("Nothing to do.")
    else:
        head = _day_head(audit, language)
        statement = together(language, parts)
        action = say_fix(issues[0], language)
    finding = Finding(
        id="days",
        grade=Grade.C,
        head=head,
        statement=statement,
        meaning=calendar,
        action=action,
        section="volume",
        value=float(sum(issue.fault.rows for issue in issues)),
        n=total,
        unit="days",
        notable=any(issue.severity < Severity.NOTE for issue in issues),
    )
    return Ranked(place(audit, issues[0]) if issues else 91, finding)


def clock(audit: Audit, language: Language) -> Ranked | None:
    """A daily rhythm that does not fit the engagement's time zone."""
    issue = next((issue for issue in audit.issues if issue.fault.rule == "clock"), None)
    if issue is None:
        return None
    say = language.say
    values = {
        "table": table_name(language, issue.fault.table),
        "zone": audit.zone,
        "hour": f"{issue.fault.values['quietest']:02d}:00",
        "share": language.percent(issue.fault.values["night_share"]),
    }
    head = say("The clock of the {table} looks shifted", **values)
    statement = say(
        "In {zone} the hours after two at night are as busy as {share} of a mean hour; the quietest begin at {hour}.",
        **values,
    )
    meaning = say("Days, hours and the order of events near midnight are wrong if the zone is.")
    return Ranked(place(audit, issue), issue_finding("clock", issue, language, head, statement, meaning, "volume"))


def _day_head(audit: Audit, language: Language) -> Text:
    """The gravest thing about days as a heading."""
    say = language.say
    missing = sum(len(volume.marked(Mark.GAP)) for volume in audit.volumes)
    collapsed = sum(len(volume.marked(Mark.COLLAPSE)) for volume in audit.volumes)
    cut = next((volume.incomplete_last_day for volume in audit.volumes if volume.incomplete_last_day), None)
    if cut is not None:
        return say("The last day, {day}, is cut off", day=language.date(cut))
    if missing:
        return language.say_count("One day has no data", "{count} days have no data", missing)
    if collapsed:
        return language.say_count("One day has far too little", "{count} days have far too little", collapsed)
    return say("Some days are far busier than their weekday")


def day_sentences(volume: Volume, language: Language) -> list[Text]:
    """One sentence for each kind of day that stands out."""
    say = language.say
    name = table_name(language, volume.table)
    sentences = []
    cut = volume.incomplete_last_day
    if cut is not None:
        last = volume.days.iloc[-1]
        sentences.append(
            say(
                "{day} stops early: {rows} {table}, where its weekday has {expected}.",
                day=language.date(cut),
                rows=language.number(int(last["rows"])),
                table=name,
                expected=language.number(round(float(last["expected"]))),
            )
        )
    messages = {
        Mark.GAP: "No {table} on {days}, although the weekday is normally open.",
        Mark.COLLAPSE: "Far too few {table} on {days}.",
        Mark.SPIKE: "Far more {table} than usual on {days}.",
    }
    for mark, message in messages.items():
        marked = volume.marked(mark)
        if len(marked):
            sentences.append(say(message, table=name, days=listed_days(list(marked["date"]), language)))
    return sentences


def calendar_words(volume: Volume, language: Language) -> Text:
    """What is calendar and no fault: closed weekdays and holidays."""
    say = language.say
    holidays = len(volume.marked(Mark.HOLIDAY))
    parts = []
    if volume.closed:
        names = [say(WEEKDAYS[weekday]) for weekday in sorted(volume.closed)]
        parts.append(say("Closed on {weekdays}: a calendar, not a gap.", weekdays=language.listing(list(names))))
    if holidays:
        parts.append(
            language.say_count(
                "One quiet day is a public holiday.", "{count} quiet days are public holidays.", holidays
            )
        )
    parts.append(say("Each day was compared with the same weekday in the weeks around it."))
    return together(language, parts)
