"""The findings of the data audit in their order, and the one that stands first: which reports can be run."""

from __future__ import annotations

from customer_analytics.analysis.audit import Audit, Level, Verdict
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit.days import clock, days
from customer_analytics.narrative.data_audit.identity import one_person
from customer_analytics.narrative.data_audit.money import (
    order_totals,
    readings,
    refunds,
    set_aside,
    taken_back,
    unknown_customers,
)
from customer_analytics.narrative.data_audit.names import capital, count_word, report_name, together
from customer_analytics.narrative.data_audit.rows import copies, no_products, not_on_file, strangers
from customer_analytics.narrative.data_audit.sentences import Ranked
from customer_analytics.narrative.data_audit.verdicts import say_reason, say_unlock
from customer_analytics.narrative.finding import Finding, Grade

MOST = 7
LEAST = 3
MANY = 3  # more names than this make no heading


def findings(audit: Audit, language: Language) -> tuple[Finding, ...]:
    """Three to seven findings, the gravest first; quiet ones only where there is little else to say."""
    ranked = [
        verdicts(audit, language),
        unknown_customers(audit, language),
        set_aside(audit, language),
        taken_back(audit, language),
        refunds(audit, language),
        order_totals(audit, language),
        days(audit, language),
        readings(audit, language),
        strangers(audit, language),
        copies(audit, language),
        no_products(audit, language),
        clock(audit, language),
        one_person(audit, language),
        not_on_file(audit, language),
    ]
    known = sorted((one for one in ranked if one is not None), key=lambda one: one.place)
    loud = [one.finding for one in known if one.finding.notable][:MOST]
    quiet = [one.finding for one in known if not one.finding.notable]
    return tuple(loud + quiet[: max(0, LEAST - len(loud))])


def verdicts(audit: Audit, language: Language) -> Ranked:
    """How many reports the data carries, and what stops the others."""
    say = language.say
    by_level = {level: [n for n, v in audit.verdicts.items() if v.level == level] for level in Level}
    go, limits, stopped = by_level[Level.GO], by_level[Level.LIMITS], by_level[Level.NO_GO]
    total = len(audit.verdicts)
    values = {
        "total": count_word(language, total),
        "go": count_word(language, len(go)),
        "limits": count_word(language, len(limits)),
        "stopped": count_word(language, len(stopped)),
        "stopped_count": capital(count_word(language, len(stopped))),
        "first": language.date(audit.totals.first),
        "last": language.date(audit.totals.last),
        "names": language.listing([report_name(language, name) for name in stopped]),
    }
    if not stopped and not limits:
        head = say("All {total} reports can be run", **values)
        statement = say("The data carries all {total} reports without limits.", **values)
    elif not stopped:
        head = say("All {total} reports can be run, {limits} of them with limits", **values)
        statement = say("Of {total} reports, {go} can be run without limits and {limits} with limits.", **values)
    else:
        head = say("{names} cannot be run on this data", **values)
        if len(stopped) > MANY:
            head = say("{stopped_count} of {total} reports cannot be run on this data", **values)
        statement = say(
            "Of {total} reports, {go} can be run without limits, {limits} with limits and {stopped} not at all.",
            **values,
        )
    if audit.totals.first is not None:
        statement = together(language, [statement, say("The data runs from {first} to {last}.", **values)])
    worst = [(name, verdict) for name, verdict in audit.verdicts.items() if verdict.level < Level.GO]
    worst.sort(key=lambda pair: pair[1].level)
    shown = _distinct_reasons(worst)[:2]
    reasons = [
        say("{names}: {reason}", names=_names(names, language), reason=say_reason(verdict.reasons[0], language))
        for names, verdict in shown
    ]
    asks = [say_unlock(verdict.reasons[0], language) for _, verdict in shown[:1]]
    return Ranked(
        0,
        Finding(
            id="verdicts",
            grade=Grade.C,
            head=head,
            statement=statement,
            meaning=together(language, reasons) if reasons else say("Nothing stands in the way."),
            action=say("Ask the client for: {ask}", ask=asks[0]) if asks else say("Nothing to ask for."),
            section="fitness",
            value=len(go) + len(limits),
            unit="reports",
            notable=bool(worst),
        ),
    )


def _distinct_reasons(worst: list[tuple[str, Verdict]]) -> list[tuple[list[str], Verdict]]:
    """Reports with the same first reason together."""
    grouped: dict[tuple[str, Level], tuple[list[str], Verdict]] = {}
    for name, verdict in worst:
        key = (verdict.reasons[0].code, verdict.reasons[0].level)
        grouped.setdefault(key, ([], verdict))[0].append(name)
    return list(grouped.values())


def _names(names: list[str], language: Language) -> str:
    return language.listing([report_name(language, name) for name in names])
