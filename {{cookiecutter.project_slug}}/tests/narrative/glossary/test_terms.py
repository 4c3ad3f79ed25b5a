"""Every term has all its parts in both languages, and every metric exactly one term."""

from __future__ import annotations

import re

import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.narrative.glossary import REPORTS, Term, term_of, terms
from customer_analytics.pipeline.explaining import explained

HAN = re.compile(r"[\u4e00-\u9fff]")
EVERY = [term for report in REPORTS for term in terms(report, "en")]


@pytest.mark.parametrize("term", EVERY, ids=lambda term: f"{term.report}.{term.id}")
def test_a_term_is_whole_in_both_languages(term: Term) -> None:
    (chinese,) = [other for other in terms(term.report, "zh_CN") if other.id == term.id]
    for word in ("name", "meaning", "edge", "formula"):
        assert getattr(term, word).strip() and not HAN.search(getattr(term, word)), word
        assert getattr(chinese, word).strip(), word
    for word in ("name", "meaning", "edge"):
        assert HAN.search(getattr(chinese, word)), word
    assert term.source and term.metrics and chinese.metrics == term.metrics
    assert [tool.tool for tool in chinese.elsewhere] == [tool.tool for tool in term.elsewhere]
    assert all(HAN.search(tool.says) and not HAN.search(tool.tool) for tool in chinese.elsewhere)
    assert all(tool.where for tool in term.elsewhere)


@pytest.mark.parametrize("report", REPORTS)
def test_no_metric_has_two_terms_and_no_id_stands_twice(report: str) -> None:
    names = [name for term in terms(report, "en") for name in term.metrics]
    assert len(names) == len(set(names))
    ids = [term.id for term in terms(report, "en")]
    assert len(ids) == len(set(ids))


def test_every_tool_that_clients_compare_with_is_spoken_of() -> None:
    tools = {tool.tool for term in EVERY for tool in term.elsewhere}
    assert tools == {"GA4", "Amplitude", "Mixpanel", "PostHog", "Adobe Analytics", "FineBI"}


@pytest.mark.parametrize(
    ("report", "metric", "term"),
    [
        ("rfm", "gini", "gini"),
        ("rfm", "segment.champions.revenue", "segment"),
        ("retention", "day_7_low", "day_n"),
        ("retention", "dau.mean", "active"),
        ("campaign_evaluation", "effect_low.CMP01.offer.orders", "effect"),
        ("campaign_evaluation", "channel.deal site.kept_cost", "channels"),
        ("churn", "lives.log_rank.channel", "survival"),
    ],
)
def test_a_metric_finds_its_term(report: str, metric: str, term: str) -> None:
    found = term_of(report, metric, "en")
    assert found is not None and found.id == term


def test_a_metric_is_explained_in_words() -> None:
    lines = explained("retention.day_7", "en")
    assert lines[0] == "Day-N retention" and any(line.startswith("Amplitude: A day is") for line in lines)
    assert explained("rfm.gini", "zh_CN")[0] == "基尼系数"


@pytest.mark.parametrize(
    ("name", "language", "mend"),
    [
        ("rfm.ginni", "en", "Nearest: gini"),
        ("sales.gini", "en", "Reports: data_audit"),
        ("gini", "en", "As rfm.gini"),
        ("rfm.gini", "de", "Known: en, zh_CN"),
        ("rfm.", "en", "Nearest: "),
    ],
)
def test_what_is_not_known_is_named_with_the_nearest(name: str, language: str, mend: str) -> None:
    with pytest.raises(UserError) as error:
        explained(name, language)
    assert mend in str(error.value)
