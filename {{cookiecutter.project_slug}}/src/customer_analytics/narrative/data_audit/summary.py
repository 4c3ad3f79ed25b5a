"""The first screen of the data audit: the conclusion, four figures, the findings, one recommendation."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit, Issue, Level, Severity
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.findings import findings
from customer_analytics.narrative.data_audit.names import count_word, report_name, together
from customer_analytics.narrative.data_audit.rules import say_fix, say_title
from customer_analytics.narrative.data_audit.sentences import first_issue
from customer_analytics.narrative.data_audit.verdicts import say_unlock
from customer_analytics.narrative.finding import Kpi, Summary
from customer_analytics.narrative.table_names import table_name

_NEARLY_ALL = 0.995
_STRANGERS = ("orders.customer_id.orphan", "order_lines.customer_id.orphan")
_UNKNOWN = ("orders.customer_id.missing", "order_lines.customer_id.missing")


def summarise(audit: Audit, language: Language) -> Summary:
    """Everything that the first screen says."""
    return Summary(
        title=_title(audit, language),
        standfirst=_standfirst(audit, language),
        kpis=(
            _carried(audit, language),
            _known_revenue(audit, language),
            _kept(audit, language),
            _faults(audit, language),
        ),
        findings=findings(audit, language),
        recommendation=_recommendation(audit, language),
    )


def _title(audit: Audit, language: Language) -> Text:
    """How many reports the data carries, and the weightiest thing against it."""
    say = language.say
    carried = sum(verdict.allowed for verdict in audit.verdicts.values())
    values = {"count": count_word(language, carried), "total": count_word(language, len(audit.verdicts))}
    if carried == len(audit.verdicts):
        first = say("The data carries all {total} reports", **values)
    else:
        first = say("The data carries {count} of {total} reports", **values)
    return say("{first}; {second}", first=first, second=_against(audit, language))


def _against(audit: Audit, language: Language) -> Text:
    """The second half of the title: the gravest issue in a clause."""
    say = language.say
    worst = next((issue for issue in audit.issues if issue.severity < Severity.NOTE), None)
    if worst is None:
        return say("nothing in it bends a conclusion")
    fault, revenue = worst.fault, audit.totals.revenue
    share = abs(fault.money) / revenue if fault.money is not None and revenue else None
    if worst.id in _UNKNOWN:
        if fault.rows == fault.evaluated:
            return say("nobody knows who bought")
        if share is not None:
            return say("{share} of the revenue has no customer", share=language.percent(share))
    if fault.rule == "cancellation" and share is not None:
        return say("cancellations take back {money}", money=language.money(abs(fault.money or 0.0)))
    if fault.rule == "not_sum_of_lines":
        return say("{rows} orders are not the sum of their lines", rows=language.number(fault.rows))
    if fault.rule == "bot":
        return say("machines make {share} of the events", share=language.percent(fault.share))
    if worst.id in _STRANGERS and share is not None:
        return say(
            "{share} of the revenue comes from customers who are in no customer table", share=language.percent(share)
        )
    return say(
        "{rows} {table} need a second look", rows=language.number(fault.rows), table=table_name(language, fault.table)
    )


def _standfirst(audit: Audit, language: Language) -> Text:
    """What was received, and how much of it needs mending."""
    say = language.say
    grave = [issue for issue in audit.issues if issue.severity < Severity.NOTE]
    rows = sum(table.rows for table in audit.tables if not table.derived)
    values = {
        "rows": language.number(rows),
        "tables": language.say_count("one table", "{count} tables", sum(not table.derived for table in audit.tables)),
        "first": language.date(audit.totals.first),
        "last": language.date(audit.totals.last),
        "grave": language.number(len(grave)),
        "checks": language.number(len(audit.checks)),
    }
    received = say("We checked {rows} rows in {tables} by {checks} rules.", **values)
    if audit.totals.first is not None:
        received = say("We checked {rows} rows in {tables}, {first} to {last}, by {checks} rules.", **values)
    if not grave:
        return together(language, [received, say("None found anything that bends a conclusion.")])
    closing = language.say_count(
        "One found something to mend or to agree on.",
        "{count} found something to mend or to agree on.",
        len(grave),
    )
    return together(language, [received, closing])


def _carried(audit: Audit, language: Language) -> Kpi:
    say = language.say
    limits = sum(verdict.level == Level.LIMITS for verdict in audit.verdicts.values())
    carried = sum(verdict.allowed for verdict in audit.verdicts.values())
    value = say("{count} of {total}", count=language.number(carried), total=language.number(len(audit.verdicts)))
    note = (
        say("{count} of them with limits", count=language.number(limits)) if limits else say("none of them with limits")
    )
    return Kpi(say("Reports that can be run"), value, note)


def _known_revenue(audit: Audit, language: Language) -> Kpi:
    say = language.say
    label = say("Revenue with a known customer")
    revenue = audit.totals.revenue
    if not revenue:
        return Kpi(label, language.number(None), say("no amounts in the data"))
    issue = first_issue(audit, _UNKNOWN)
    unknown = (issue.fault.money or 0.0) if issue is not None else 0.0
    values = {"known": language.money(revenue - unknown), "all": language.money(revenue)}
    return Kpi(label, language.percent(1 - unknown / revenue), say("{known} of {all}, as loaded", **values))


def _kept(audit: Audit, language: Language) -> Kpi:
    say = language.say
    entries = [entry for entry in audit.cleaning if not entry.derived_from]
    label = say("Rows kept")
    if not entries:
        rows = sum(table.rows for table in audit.tables)
        return Kpi(label, language.number(rows), say("no load log: nothing is known of rows set aside"))
    rows, aside = sum(entry.rows_in for entry in entries), sum(entry.rows_set_aside for entry in entries)
    share = (rows - aside) / rows if rows else None
    shown = language.percent(share, 1 if aside and (share or 0) >= _NEARLY_ALL else 0)
    if all(entry.reconciles for entry in entries):
        note = say(
            "{aside} of {rows} set aside; reconciles to the cent",
            aside=language.number(aside),
            rows=language.number(rows),
        )
    else:
        note = say("{aside} set aside; the log does not reconcile", aside=language.number(aside))
    return Kpi(label, shown, note)


def _faults(audit: Audit, language: Language) -> Kpi:
    say = language.say
    limits = sum(issue.severity <= Severity.MATERIAL for issue in audit.issues)
    distorts = sum(issue.severity == Severity.MINOR for issue in audit.issues)
    note = say(
        "{limits} material, {distorts} minor", limits=language.number(limits), distorts=language.number(distorts)
    )
    return Kpi(say("Faults to mend or agree on"), language.number(limits + distorts), note)


def _recommendation(audit: Audit, language: Language) -> Text:
    """One next step with its number and the assumption it rests on."""
    say = language.say
    worst = next((issue for issue in audit.issues if issue.severity < Severity.NOTE), None)
    if worst is None:
        return _unlock(audit, language)
    if worst.id in _UNKNOWN:
        return _ask_for_customers(audit, worst, language)
    fault, revenue = worst.fault, audit.totals.revenue
    step = say("First: {title}.", title=say_title(worst, language))
    if fault.money and revenue:
        weight = say(
            "It concerns {money}, or {share} of the revenue, assuming that the amounts are booked as recorded.",
            money=language.money(abs(fault.money)),
            share=language.percent(abs(fault.money) / revenue, 1),
        )
    else:
        weight = say(
            "It concerns {rows} of {total} rows, assuming that the rule fits this business.",
            rows=language.number(fault.rows),
            total=language.number(fault.evaluated),
        )
    return together(language, [step, say_fix(worst, language), weight])


def _ask_for_customers(audit: Audit, issue: Issue, language: Language) -> Text:
    """What a customer number on the anonymous rows would add."""
    say, fault = language.say, issue.fault
    stopped = [report for report, what in issue.effect.items() if what == "stops"]
    if stopped:
        return say(
            "Ask for a customer number on the {rows} {table}. Assuming that the client has one, {count} more "
            "reports can be run: {names}.",
            rows=language.number(fault.rows),
            table=table_name(language, fault.table),
            count=count_word(language, len(stopped)),
            names=language.listing([report_name(language, report) for report in stopped]),
        )
    revenue = audit.totals.revenue or 0.0
    return say(
        "Ask for the customer behind {rows} {table}. Assuming that half of them can be found, a further {money}, or "
        "{share} of the revenue, can be read by customer.",
        rows=language.number(fault.rows),
        table=table_name(language, fault.table),
        money=language.money((fault.money or 0.0) / 2),
        share=language.percent((fault.money or 0.0) / 2 / revenue if revenue else None),
    )


def _unlock(audit: Audit, language: Language) -> Text:
    """Nothing to mend: what would add a report."""
    say = language.say
    stopped = next(((n, v) for n, v in audit.verdicts.items() if not v.allowed), None)
    if stopped is None:
        return say("Nothing has to be mended before the reports are run.")
    name, verdict = stopped
    add = say(
        "To add {report}, ask for: {ask}",
        report=report_name(language, name),
        ask=say_unlock(verdict.reasons[0], language),
    )
    return together(language, [say("Nothing has to be mended before the reports are run."), add])
