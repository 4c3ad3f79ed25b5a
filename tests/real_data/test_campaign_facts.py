"""Campaign evaluation on published data: experiments that others analysed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from scipy import stats
from support import DATASETS

from customer_analytics.analysis.campaigns.outputs import metrics, tables
from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult, analyse
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative import campaign_evaluation as words
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.store import open_tables


def _evaluated(project: Project) -> CampaignEvaluationResult:
    opened = open_tables(project, as_of=project.engagement.as_of)
    ledger = open_ledger(project, opened.backend, opened.as_of)
    return analyse(opened, ledger, CampaignEvaluationParameters())


@pytest.fixture(scope="module")
def cookie_cats(real_project: Callable[[str], Project]) -> CampaignEvaluationResult:
    return _evaluated(real_project("cookie_cats"))


def test_cookie_cats_has_the_published_arms_shares_and_p(cookie_cats: CampaignEvaluationResult) -> None:
    found = metrics(cookie_cats)
    assert (found["arm.gate.gate_30.n"], found["arm.gate.gate_40.n"]) == (44_700, 45_489)
    published = {"retention_1": (0.448188, 0.442283, 0.0744), "retention_7": (0.190201, 0.182000, 0.0016)}
    for outcome, (before, after, p) in published.items():
        means = [found[f"mean.gate.{arm}.{outcome}"] for arm in ("gate_30", "gate_40")]
        assert means == pytest.approx([before, after], abs=5e-7)
        assert found[f"p.gate.gate_40.{outcome}"] == pytest.approx(p, abs=5e-5)
        assert found[f"effect.gate.gate_40.{outcome}"] == pytest.approx(after - before, abs=1e-6)


def test_cookie_cats_agrees_with_the_raw_file_in_every_outcome(cookie_cats: CampaignEvaluationResult) -> None:
    file = DATASETS / "cookie_cats" / "cookie_cats.csv"
    if not file.is_file():
        pytest.skip("the real data are not here")
    raw = pd.read_csv(file)
    first, second = (raw[raw["version"] == arm] for arm in ("gate_30", "gate_40"))
    found = metrics(cookie_cats)
    rounds = stats.ttest_ind(second["sum_gamerounds"], first["sum_gamerounds"], equal_var=False)
    assert found["p.gate.gate_40.sum_gamerounds"] == pytest.approx(rounds.pvalue, rel=1e-6)
    arms = tables(cookie_cats, minimum_group=10)["arms"].set_index(["arm", "outcome"])
    spread = arms.loc[("gate_30", "sum_gamerounds"), "standard_deviation"]
    assert spread == pytest.approx(first["sum_gamerounds"].std(), rel=1e-9)


def test_the_failed_sample_ratio_of_cookie_cats_takes_the_word_caused_away(
    cookie_cats: CampaignEvaluationResult,
) -> None:
    found = cookie_cats.experiments
    assert found is not None
    assert metrics(cookie_cats)["srm_p.gate"] == pytest.approx(0.0086, abs=5e-5)
    verdict = found.verdicts.iloc[0]
    assert (verdict["ratio_level"], verdict["grade"], verdict["reason"]) == ("look", "C", "ratio_look")
    assert set(found.effects["grade"]) == {"C"}
    view = words.View(cookie_cats, Language("en"), minimum_group=10)
    told = " ".join(str(finding.statement) for finding in words.summary(view).findings)
    assert "while the sample ratio is doubtful" in told
    assert not any(word in told for word in ("caused", "raised", "lowered"))
