"""The executive summary and the appendix of a report, from the data that its notebook published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Grade
from customer_analytics.report.blocks import definition_list
from customer_analytics.report.page import render
from customer_analytics.report.words import grade_meaning, interval

MOST_FINDINGS = 7
_HASH_SHOWN = 16  # of 64 hexadecimal digits; run.json has them all
_MOST_FILES = 12
_PRIVACY = {"executive": "aggregates only", "analyst": "hashed customer ids", "operations": "customer ids"}


def text(value: Any) -> Text:
    """A published text: plain and bold pieces in turn, or a plain string."""
    return Text(pieces=[str(piece) for piece in value]) if isinstance(value, list) else Text(str(value or ""))


def plain_summary(published: Mapping[str, Any]) -> dict[str, Any]:
    """The summary as plain values, for run.json and the front page; `rich` keeps the emphasis."""
    findings = [
        {key: str(text(value)) if isinstance(value, list) else value for key, value in finding.items()}
        | {"rich": finding["statement"]}
        for finding in published["findings"]
    ]
    return {
        "title": str(text(published["title"])),
        "standfirst": str(text(published["standfirst"])),
        "kpis": [{key: str(text(value)) for key, value in kpi.items()} for kpi in published["kpis"]],
        "findings": findings,
        "recommendation": str(text(published["recommendation"])),
    }


def selected(findings: list[Any]) -> list[Any]:
    """The findings of the first screen: the notable ones, at most seven; the others only where nothing else is."""
    notable = [finding for finding in findings if finding.get("notable", True)]
    return (notable or findings)[:MOST_FINDINGS]


def executive_summary(
    published: Mapping[str, Any], sections: Mapping[str, str], language: Language, *, since: Text | None = None
) -> Markup:
    """The first section: figures, findings with grade and link, one recommendation. `since`: what moved, if any."""
    say = language.say
    findings = selected(published["findings"])
    words = {
        "summary": say("Executive summary"),
        "deck": language.say_count(
            "One finding, and what we recommend.", "{count} findings, and what we recommend.", len(findings)
        ),
        "action": say("What to do:"),
        "gap": "" if language.is_chinese else " ",  # Chinese sentences follow each other without a space
        "owner": say("Owner"),
        "recommendation": say("Recommendation"),
        "legend": legend(language),
    }
    kpis = [{"label": text(k["label"]), "value": k["value"], "note": text(k["note"])} for k in published["kpis"]]
    entries = [_entry(finding, sections, language) for finding in findings]
    return render(
        "summary.html.j2",
        words=words,
        kpis=kpis,
        findings=entries,
        recommendation=text(published["recommendation"]),
        since=since,
    )


def _entry(finding: Mapping[str, Any], sections: Mapping[str, str], language: Language) -> dict[str, Any]:
    grade = Grade(finding["grade"])
    section = finding["section"] if finding["section"] in sections else ""
    return {
        **{key: text(finding[key]) for key in ("head", "statement", "meaning", "action")},
        "grade": grade.value,
        "grade_meaning": grade_meaning(language, grade),
        "evidence": interval(language, finding) or _without_interval(language, grade),
        "section": section,
        "link": language.say("See: {section}", section=sections[section]) if section else "",
    }


def _without_interval(language: Language, grade: Grade) -> Text:
    return language.say("description") if grade is Grade.C else grade_meaning(language, grade)


def legend(language: Language) -> Text:
    """One line that explains the grades."""
    meanings = {grade.value.lower(): grade_meaning(language, grade) for grade in Grade}
    return language.say("Evidence grades. **A**: {a}. **B**: {b}. **C**: {c}. **D**: {d}.", **meanings)


def appendix(published: Mapping[str, Any], made: Mapping[str, Any], language: Language) -> Markup:
    """How this report was made: enough to make it again."""
    say = language.say
    facts = {**published.get("made", {}), **made}
    data = facts.get("data", {})
    items: list[tuple[str, str]] = [
        (say("Last day that counts"), language.date(dt.date.fromisoformat(facts["as_of"]))),
        (say("Time zone of days and hours"), facts.get("time_zone", "")),
        (say("Limited to"), published.get("subset") or ""),
        (say("Parameters"), _pairs(facts.get("parameters", {}), language)),
        (say("Of these, from the industry's pack"), language.listing(facts.get("from_pack", []))),
        (say("Input files"), _files(facts.get("files", []), language)),
        (say("Data fingerprint"), str(data.get("fingerprint", ""))),
        (say("Privacy level"), say(_PRIVACY.get(facts.get("privacy", ""), ""))),
        (say("Smallest group shown"), language.number(facts.get("minimum_group"))),
        (say("Lists for contact"), _left_out(facts.get("contact"), language)),
        (say("Random seed"), str(facts.get("seed", ""))),
        (say("Template version"), facts.get("template_version", "")),
        (say("Code version"), str(facts.get("code_version", ""))),
        (say("Software"), _pairs(facts.get("versions", {}), language, " ")),
    ]
    heading = Markup('<section><h2 id="made">{}</h2><p class="deck">{}</p>').format(
        say("How this report was made"), say("The same inputs, parameters and versions give the same report again.")
    )
    listed = definition_list((term, value) for term, value in items if value)
    return heading + listed + _glossary(facts.get("glossary", ""), language) + Markup("</section>")


def _glossary(address: str, language: Language) -> Markup:
    """The way to the glossary, in a run of all reports; a notebook that is rendered alone has none."""
    if not address:
        return Markup("")
    return Markup('<p class="more"><a href="{}">{}</a></p>').format(address, language.say("What each number means"))


def _left_out(contact: Mapping[str, Any] | None, language: Language) -> str:
    """Who is not on the lists of customers to contact, and why."""
    if contact is None:
        return ""
    say = language.say
    shown = {
        why: say("few") if people is None else language.number(people) for why, people in contact["left_out"].items()
    }
    if not contact["records_consent"]:
        return say("The client records no consent; left out: {unsubscribed} who unsubscribed", **shown)
    return say(
        "Left out: {no_consent} without consent, {consent_unknown} whose consent is not known, {unsubscribed} who "
        "unsubscribed",
        **shown,
    )


def _pairs(values: Mapping[str, Any], language: Language, between: str = " = ") -> str:
    return language.joined(f"{name}{between}{value}" for name, value in values.items() if value is not None)


def _files(files: list[Mapping[str, Any]], language: Language) -> str:
    lines = [
        f"{file['path']}, {language.bytes(file.get('bytes'))}, SHA-256 {str(file.get('sha256', ''))[:_HASH_SHOWN]}…"
        for file in files[:_MOST_FILES]
    ]
    if len(files) > _MOST_FILES:
        lines.append(language.say("and {n} more, listed in run.json", n=language.number(len(files) - _MOST_FILES)))
    return language.joined(lines)
