"""The front page put together: what a director reads first stands first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report.front_page import cards, groups, multiples, state
from customer_analytics.report.front_page.actions import actions
from customer_analytics.report.front_page.bridge import bridge
from customer_analytics.report.front_page.frame import draw, fields
from customer_analytics.report.front_page.page_words import page_words
from customer_analytics.report.front_page.ranking import Ranked, ranked
from customer_analytics.report.front_page.results import Results, of, read_results
from customer_analytics.report.glossary import FILE_NAME as GLOSSARY
from customer_analytics.report.page import Page
from customer_analytics.report.question_box.box import question_box
from customer_analytics.report.report_names import report_name
from customer_analytics.report.summary import legend, text
from customer_analytics.report.words import interval

Entry = Mapping[str, Any]
_GO = 2  # level of a verdict without limits


def write_front_page(run_folder: Path, manifest: Mapping[str, Any], project: Project) -> int:
    """Write index.html of a run from its manifest and what its reports published; returns its size in bytes."""
    code, engagement = manifest["language"], project.engagement
    language = Language(code, engagement.currency, engagement.wording(code))
    entries: list[Entry] = list(manifest["reports"])
    results = read_results(run_folder, entries)
    by_group = manifest.get("for_each")
    body = _groups(results, entries, by_group, language) if by_group else _customers(results, language)
    complete = [] if by_group else [cards.card(entry, language) for entry in entries if entry["status"] == "complete"]
    box = question_box(run_folder, language)
    values: dict[str, Any] = {
        **_nothing(),
        **body,
        "cards": complete,
        "missing": [cards.absent(entry, language) for entry in entries if entry["status"] != "complete"],
        "verdicts": _verdicts(entries, bool(by_group), language),
        "completeness": cards.completeness(entries, language),
        "changes": _changes(manifest.get("changes"), language),
        "alerts": list(manifest.get("alerts") or ()),
        "box": box,
        "glossary": GLOSSARY if (run_folder / GLOSSARY).is_file() else "",
    }
    words = page_words(language) | {"legend": legend(language), "left_out": groups.left_out(by_group, language)}
    page = Page(
        **fields(project, language, language.say("All reports")),
        title=values["title"]
        or language.say("What the data says about the customers of {client}", client=project.engagement.client),
        standfirst=values["standfirst"] or values["completeness"],
        facts=cards.facts(manifest, language),
        footer=language.say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
        contents=_contents(values, words),
        made=cards.made(manifest, entries, language),
        back="../index.html",
        own_style=box.style if box else "",
        own_script=box.script if box else "",
    )
    drawn = pages.finish(page, draw("front.html.j2", words=words, **values), language)
    return pages.write(run_folder / "index.html", drawn.html)


def _verdicts(entries: Sequence[Entry], are_groups: bool, language: Language) -> list[dict[str, Any]]:
    """The verdict on each report; of many groups only those with limits, or all would bury the groups themselves."""
    judged = [entry for entry in entries if entry.get("verdict")]
    if are_groups:
        judged = [entry for entry in judged if entry["verdict"]["level"] < _GO]
    return [cards.verdict(entry, language) for entry in judged]


def _nothing() -> dict[str, Any]:
    """Every part of the page, empty: a template shows what is filled."""
    lists: dict[str, Any] = {
        name: [] for name in ("kpis", "scorecard", "growth", "top", "actions", "sets", "panels", "stands_out")
    }
    return lists | {"title": "", "standfirst": "", "bridge": None, "growth_dates": ("", ""), "is_compared": False}


def _customers(results: Sequence[Results], language: Language) -> dict[str, Any]:
    """A run over all customers: the state of the base, what matters most, what to do."""
    top = ranked(results)
    first = list(dict.fromkeys(each.report.name for each in top))  # actions in the order of what matters
    in_order = sorted(results, key=lambda one: first.index(one.name) if one.name in first else len(first))
    figures, growth = state.kpis(results, language), state.growth(results, language)
    has_base = bool(figures or growth)
    return {
        "title": top[0].report.entry["summary"]["title"] if top else "",
        "standfirst": state.standing(results, language),
        "kpis": figures,
        "scorecard": state.scorecard(results, language) if has_base and _has_stages(results) else [],
        "is_compared": bool((funnel := of(results, "funnel")) and funnel.table("scorecard")),
        "growth": growth,
        "growth_dates": state.growth_dates(results, language),
        "bridge": bridge(results, language),
        "top": [_finding(each, language) for each in top],
        "actions": actions(in_order, language),
    }


def _has_stages(results: Sequence[Results]) -> bool:
    """Whether a report that follows people over time is there; of one about money alone the stages would be empty."""
    return any(of(results, name) for name in ("funnel", "retention"))


def _finding(each: Ranked, language: Language) -> dict[str, Any]:
    finding, entry = each.finding, each.report.entry
    known = {"low": None, "high": None, "n": None, "unit": ""} | dict(finding)
    return {
        "grade": finding["grade"],
        "head": finding["head"],
        "statement": text(finding["rich"]),
        "meaning": finding.get("meaning", ""),
        "evidence": interval(language, known),
        "report": report_name(entry["name"], language),
        "page": entry["page"],
    }


def _groups(
    results: Sequence[Results], entries: Sequence[Entry], by_group: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    """A run for each group: small multiples, who stands out, and the table of each report."""
    pairs = [(group, _of_group(group, results)) for group in by_group["sets"]]
    found = multiples.panels(pairs)
    return {
        "title": multiples.conclusion(found, by_group["column"], language),
        "panels": multiples.shown(found, language),
        "stands_out": multiples.who_stands_out(found, language),
        "sets": groups.sets(entries, by_group, language),
    }


def _of_group(group: Mapping[str, Any], results: Sequence[Results]) -> list[Results]:
    folder = str(group["folder"]).strip("/")
    return [one for one in results if str(one.entry.get("folder") or "").strip("/") == folder]


def _changes(changes: Mapping[str, Any] | None, language: Language) -> dict[str, Any] | None:
    """What changed since the last run: its sentence and its rows; None where nothing was compared."""
    if not changes:
        return None
    if not changes.get("run"):
        return {"deck": language.say("No earlier run can be compared with this one."), "rows": []}
    items = [dict(item) | {"name": report_name(str(item["report"]), language)} for item in changes.get("items") or ()]
    deck = (
        language.say("Held against the run {run}, by a test and not by the difference alone.", run=changes["run"])
        if items
        else language.say("Held against the run {run}, nothing moved beyond chance.", run=changes["run"])
    )
    return {"deck": deck, "rows": items}


def _contents(values: Mapping[str, Any], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """The sections that this page has, in its order."""
    has_base = values["kpis"] or values["growth"] or values["bridge"]
    order = [
        ("alerts", values["alerts"]), ("base", has_base), ("groups", values["panels"]), ("top", values["top"]),
        ("changes", values["changes"]), ("actions", values["actions"]), ("verdicts", values["verdicts"]),
    ]  # fmt: skip
    found = [(name, words[name]) for name, there in order if there]
    if values["box"]:
        found.insert(len(found) - bool(values["verdicts"]), ("ask", values["box"].title))
    found += [(each["id"], each["name"]) for each in [*values["cards"], *values["sets"]]]
    found += [("missing", words["missing"])] if values["missing"] else []
    return [*found, ("made", words["made"])]
