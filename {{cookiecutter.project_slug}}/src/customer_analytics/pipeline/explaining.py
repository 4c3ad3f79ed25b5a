"""A metric in words, for the terminal."""

from __future__ import annotations

import difflib

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.narrative.glossary import REPORTS, Term, term_of, terms

LANGUAGES = ("en", "zh_CN")
_LABELS = {
    "en": ("Formula", "Edge cases", "Source", "Metrics"),
    "zh_CN": ("公式", "边界情况", "出处", "指标"),
}


def explained(name: str, language: str) -> list[str]:
    """The lines that explain a metric, as "rfm.gini".

    Raises:
        UserError: no such language, report or metric; the nearest ones are named.
    """
    if language not in LANGUAGES:
        raise UserError([Problem(f"--language {language}", "is not known.", f"Known: {', '.join(LANGUAGES)}.")])
    report, _, metric = name.partition(".")
    if report not in REPORTS:
        raise UserError([Problem(name, "begins with no report.", f"Reports: {', '.join(REPORTS)}. As rfm.gini.")])
    term = term_of(report, metric, language)
    if term is None:
        raise UserError([Problem(name, "is no metric of this report.", _nearest(report, metric, language))])
    return _lines(term, language)


def _lines(term: Term, language: str) -> list[str]:
    formula, edge, source, metrics = _LABELS[language]
    lines = [term.name, term.meaning, "", f"{formula}: {term.formula}", f"{edge}: {term.edge}"]
    lines += [f"{source}: {term.source}", f"{metrics}: {', '.join(term.metrics)}"]
    return lines + [f"{tool.tool}: {tool.says} ({tool.where})" for tool in term.elsewhere]


def _nearest(report: str, metric: str, language: str) -> str:
    known = [name for term in terms(report, language) for name in term.metrics]
    near = difflib.get_close_matches(metric, known, n=3, cutoff=0.3) or known[:3]
    return f"Nearest: {', '.join(near)}."
