"""Headings, decks, captions and alternative texts of the report; every number comes from the result."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit, Severity
from customer_analytics.analysis.audit.hours import NIGHT, Hours
from customer_analytics.analysis.audit.volume import Mark, Volume
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit import drawn
from customer_analytics.narrative.data_audit.days import calendar_words, day_sentences
from customer_analytics.narrative.data_audit.names import capital, together
from customer_analytics.narrative.data_audit.rules import RULES
from customer_analytics.narrative.table_names import table_name

Columns = list[tuple[str, str]]

MONEY_RULES = (
    "paid_before_ordered", "before_registration", "negative_amount", "zero_amount", "negative_refund",
    "refund_over_payment", "received_over_amount", "paid_without_date", "unpaid_with_date", "negative_quantity",
    "zero_quantity", "negative_unit_price", "zero_unit_price", "price_out_of_line", "amount_not_quantity_times_price",
    "not_sum_of_lines", "heavy_order", "cancellation", "bad_debt", "entry", "stock_adjustment", "non_product",
    "odd_code",
    "future", "after_as_of", "default_date", "negative_cost", "clicks_over_impressions", "margin_out_of_range",
    "ended_before_started", "negative_price", "step_before_the_last", "impossible_birth_year",
)  # fmt: skip
KEY_RULES = ("duplicate_key", "exact_duplicate", "duplicate_event", "orphan", "two_customers")
PEOPLE_RULES = (
    "bot", "test_account", "staff", "consent_unknown", "sent_without_consent", "control_contacted",
    "shared_identifier", "several_people",
    "over_merged", "personal_data", "no_person",
)  # fmt: skip
_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "inventory": (
        ("Table", "name"), ("One row is", "text"), ("Rows", "number"), ("Days", "text"), ("Days old", "number"),
        ("Key", "text"),
    ),
    "verdicts": (("Report", "name"), ("Verdict", "text"), ("Why", "text"), ("It rests on", "text")),
    "issues": (
        ("Fault", "name"), ("Weight", "text"), ("Where", "text"), ("Rows", "number"), ("Share", "number"),
        ("Money", "number"), ("Concerns", "text"),
    ),
    "missing": (
        ("Column", "name"), ("Filled", "number"), ("Missing", "number"), ("Share", "number"),
        ("Stand for nothing", "number"),
        ("Distinct", "number"), ("Far out", "number"),
    ),
    "days": (("Day", "name"), ("Table", "text"), ("What", "text"), ("Rows", "number"), ("Expected", "number")),
    "checks": (
        ("Rule", "name"), ("Where", "text"), ("Rows asked", "number"), ("Found", "number"), ("Share", "number"),
        ("Money", "number"),
    ),
    "series": (
        ("Begins with", "name"), ("What it is", "text"), ("Orders", "number"), ("Lines", "number"),
        ("Money", "number"),
    ),
    "codes": (
        ("Product code", "name"), ("Name", "text"), ("What it is", "text"), ("Lines", "number"),
        ("Money", "number"),
    ),
    "readings": (
        ("Reading", "name"), ("Revenue", "number"), ("Orders", "number"), ("Customers", "number"),
        ("Mean order", "number"), ("Two orders or more", "number"),
    ),
    "reconciliation": (("Table", "name"), ("Step", "text"), ("Rows", "number"), ("Money", "number")),
    "identifiers": (
        ("Kind", "name"), ("Role", "text"), ("Accounts", "number"), ("Identifiers", "number"), ("Shared", "number"),
        ("Accounts on the busiest", "number"), ("On too many", "number"), ("No identifier", "number"),
    ),
    "heads": (
        ("Counted", "name"), ("Buyers", "number"), ("Two orders or more", "number"), ("Revenue per buyer", "number"),
    ),
    "clusters": (("Accounts of a person", "name"), ("How many people", "number"), ("Share", "number")),
    "doubts": (("What", "name"), ("How many", "number"), ("What to do", "text")),
    "dictionary": (("Column", "name"), ("Theirs", "text"), ("Meaning", "text"), ("Type", "text"), ("Holds", "text")),
    "fixes": (("What to do", "name"), ("Why", "text"), ("Reports", "text"), ("Money", "number"), ("Owner", "text")),
    "unlock": (("What to ask for", "name"), ("Reports", "text"), ("Verdict now", "text")),
}  # fmt: skip


def columns(name: str, language: Language) -> Columns:
    """The headings of a table with their kinds."""
    return [(language.say(label), kind) for label, kind in _COLUMNS[name]]


def source(audit: Audit, language: Language) -> Text:
    """The line under a figure: which tables, which period."""
    names = [table_name(language, table.name) for table in audit.tables if not table.derived]
    values = {"tables": language.listing(list(names))}
    if audit.totals.first is None or audit.totals.last is None:
        return language.say("Source: {tables}, as loaded.", **values)
    period = language.period(audit.totals.first, audit.totals.last)
    return language.say("Source: {tables}, as loaded; {period}.", period=period, **values)


def faults_deck(audit: Audit, language: Language) -> Text:
    """How many faults of which weight."""
    counts = {
        "material": language.number(sum(issue.severity <= Severity.MATERIAL for issue in audit.issues)),
        "minor": language.number(sum(issue.severity == Severity.MINOR for issue in audit.issues)),
        "notes": language.number(sum(issue.severity == Severity.NOTE for issue in audit.issues)),
    }
    return language.say("Material: {material}. Minor: {minor}. Only to know: {notes}.", **counts)


def risk_title(audit: Audit, language: Language) -> Text:
    """The fault with the most money, as a sentence."""
    name, _, money, _ = drawn.money_at_risk(audit, language)[0]
    return language.say("{fault}: the rows concerned carry {money}", fault=name, money=money)


def risk_alt(audit: Audit, language: Language) -> Text:
    """Each fault with its money."""
    parts = [f"{name} {money}" for name, _, money, _ in drawn.money_at_risk(audit, language)]
    return language.say("Money of the rows concerned, by fault: {items}.", items=language.joined(parts))


def missing_deck(audit: Audit, language: Language) -> Text:
    """How many columns are complete."""
    full = sum(column.missing == 0 for column in audit.columns)
    values = {"full": language.number(full), "total": language.number(len(audit.columns))}
    return language.say("{full} of {total} columns have a value in every row.", **values)


def missing_title(audit: Audit, language: Language) -> Text:
    """The emptiest column in which a value is expected."""
    name, _, share, _ = drawn.missing_shares(audit, language)[0]
    return language.say("{share} of the rows have no value in {column}", share=share, column=name)


def missing_alt(audit: Audit, language: Language) -> Text:
    """Each column with its share."""
    parts = [f"{name} {share}" for name, _, share, _ in drawn.missing_shares(audit, language)]
    return language.say("Share of rows without a value: {items}.", items=language.joined(parts))


def volume_deck(audit: Audit, language: Language) -> Text:
    """Whether anything is dated at all."""
    if not audit.volumes:
        return language.say("No order and no event has a date, so nothing can be said about time.")
    return language.say("Each day against the same weekday in the weeks around it.")


def volume_title(volume: Volume, language: Language) -> Text:
    """What stands out, as a sentence."""
    say = language.say
    table = table_name(language, volume.table)
    found = [
        language.say_count(one, many, count)
        for one, many, count in (
            ("one day without data", "{count} days without data", len(volume.marked(Mark.GAP))),
            ("one day far too small", "{count} days far too small", len(volume.marked(Mark.COLLAPSE))),
            ("one day far too busy", "{count} days far too busy", len(volume.marked(Mark.SPIKE))),
        )
        if count
    ]
    if volume.incomplete_last_day is not None:
        found.append(say("the last day cut off"))
    if not found:
        return say("{table}: no day is missing or out of line", table=capital(table))
    return say("{table}: {found}", table=capital(table), found=language.listing(found))


def volume_subtitle(volume: Volume, language: Language) -> Text:
    """Measure and unit."""
    values = {"table": table_name(language, volume.table)}
    if drawn.is_long(volume):
        return language.say("Mean number of {table} per open day, week by week; marks are single days", **values)
    return language.say("Number of {table} per open day; ticks at the bottom mark days without data", **values)


def volume_alt(volume: Volume, language: Language) -> Text:
    """What stands out in words, with the calendar."""
    open_days = volume.days[volume.days["rows"] > 0]["rows"]
    typical = language.say(
        "{table}: {median} on an open day at the median.",
        median=language.number(float(open_days.median()) if len(open_days) else None),
        table=capital(table_name(language, volume.table)),
    )
    return together(language, [typical, *day_sentences(volume, language), calendar_words(volume, language)])


def volume_source(volume: Volume, audit: Audit, language: Language) -> Text:
    """Source, days counted and the calendar."""
    rows = int(volume.days["rows"].sum())
    return together(language, [_one_source(volume.table, rows, audit, language), calendar_words(volume, language)])


def clock_source(clock: Hours, audit: Audit, language: Language) -> Text:
    """Source and base of a figure of hours."""
    return _one_source(clock.table, sum(clock.by_hour), audit, language)


def _one_source(table: str, rows: int, audit: Audit, language: Language) -> Text:
    facts = next(facts for facts in audit.tables if facts.name == table)
    assert facts.first is not None and facts.last is not None
    return language.say(
        "Source: {rows} {table}, {period}, in {zone}.",
        rows=language.number(rows),
        table=table_name(language, table),
        period=language.period(facts.first, facts.last),
        zone=audit.zone,
    )


def clock_title(clock: Hours, audit: Audit, language: Language) -> Text:
    """Whether the night is a night."""
    values = {"table": capital(table_name(language, clock.table)), "zone": audit.zone}
    if clock.suspicious:
        return language.say("{table}: the night is too busy for {zone}", **values)
    return language.say("{table}: the hours fit {zone}", **values)


def clock_subtitle(clock: Hours, audit: Audit, language: Language) -> Text:
    """Measure and unit."""
    values = {"table": table_name(language, clock.table), "zone": audit.zone}
    return language.say("Share of {table} by hour of the day in {zone}; the night hours are coloured", **values)


def clock_alt(clock: Hours, audit: Audit, language: Language) -> Text:
    """The busiest hour and the night."""
    rows = sum(clock.by_hour)
    busiest = max(range(24), key=lambda hour: clock.by_hour[hour])
    night = sum(clock.by_hour[hour] for hour in NIGHT)
    return language.say(
        "{share} of the {table} fall in the busiest hour, from {hour}; {night} in the hours from two to four at night.",
        share=language.percent(clock.by_hour[busiest] / rows, 1),
        table=table_name(language, clock.table),
        hour=f"{busiest:02d}:00",
        night=language.percent(night / rows, 1),
    )


def readings_deck(audit: Audit, language: Language) -> Text:
    """What the table of readings is for."""
    if not len(audit.sensitivity):
        return language.say("There are no orders with money, so nothing depends on what is left out.")
    if len(audit.sensitivity) == 1:
        return language.say("No cleaning rule finds a row to leave out, so there is one reading only.")
    return language.say("Each line leaves out one kind of row and keeps the rest; nothing was left out for good.")


def reconciliation_deck(audit: Audit, language: Language) -> Text:
    """Whether everything is accounted for."""
    entries = [entry for entry in audit.cleaning if not entry.derived_from]
    if all(entry.reconciles for entry in entries):
        return language.say("Every row and every cent received is either kept or set aside with its reason.")
    return language.say("The log does not reconcile: see the differences below before anything is used.")


def keys_deck(audit: Audit, language: Language) -> Text:
    """Whether rows are unique and linked."""
    found = sum(issue.fault.rule in KEY_RULES for issue in audit.issues)
    if not found:
        return language.say("Nothing repeats, and every parent is there.")
    return language.say_count("One check found something.", "{count} checks found something.", found)


def people_deck(audit: Audit, language: Language) -> Text:
    """How many checks about people found something."""
    found = sum(issue.fault.rule in PEOPLE_RULES for issue in audit.issues)
    if not found:
        return language.say("No machine, test account, staff account or stray personal data was found.")
    return language.say_count("One check found something.", "{count} checks found something.", found)


def people_words(audit: Audit, language: Language) -> list[Text]:
    """Consent, and columns that look personal."""
    say = language.say
    words = []
    if audit.consent is not None:
        total = audit.consent.agreed + audit.consent.refused + audit.consent.unknown
        words.append(
            say(
                "Consent: {agreed} of {total} customers ({share}) may be contacted, {refused} may not, {unknown} are "
                "unknown.",
                agreed=language.number(audit.consent.agreed),
                total=language.number(total),
                share=language.percent(audit.consent.agreed / total if total else None),
                refused=language.number(audit.consent.refused),
                unknown=language.number(audit.consent.unknown),
            )
        )
    else:
        words.append(say("Consent: the data does not say who may be contacted."))
    personal = [f"{column.table}.{column.column}" for column in audit.columns if column.personal]
    if personal:
        words.append(
            say(
                "Personal data by name or shape in {columns}; no value of these columns is shown in any report.",
                columns=language.listing(personal),
            )
        )
    return words


def quiet_rules(audit: Audit, language: Language, rules: tuple[str, ...]) -> Text:
    """The rules that were asked and found nothing, in one sentence."""
    loud = {(fault.rule, fault.table) for fault in audit.checks if fault.rows}
    quiet = {
        str(language.say(RULES.get(f"{fault.rule}@{fault.column}", RULES[fault.rule]).title)): None
        for fault in audit.checks
        if fault.rule in rules and not fault.rows and (fault.rule, fault.table) not in loud
    }
    if not quiet:
        return language.say("Every rule that was asked found something.")
    return language.say("Asked, and nothing found: {items}.", items=language.joined(quiet))
