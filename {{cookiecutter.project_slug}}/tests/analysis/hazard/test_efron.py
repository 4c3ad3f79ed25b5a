"""The fit with Efron's ties: against lifelines, with late entries and without; and where there is no maximum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from customer_analytics.analysis.hazard.efron import fit_efron
from customer_analytics.analysis.hazard.risk_sets import Spells


def drawn(rows: int, *, late: bool, seed: int = 1) -> Spells:
    """Lives in whole days, so with many ties, some of them seen only from a later day."""
    generator = np.random.default_rng(seed)
    x = np.column_stack(
        [generator.normal(5, 3, rows), generator.random(rows) < 0.2, generator.exponential(100, rows)]
    ).astype(float)
    life = np.ceil(generator.exponential(60 / np.exp(0.1 * x[:, 0] - 0.7 * x[:, 1] + 0.003 * x[:, 2] - 0.7)))
    seen = np.ceil(generator.uniform(5, 120, rows))
    entry = np.where(generator.random(rows) < 0.4, np.floor(generator.uniform(0, 20, rows)), -1.0) if late else -1.0
    whole = Spells(np.full(rows, 0.0) + entry, np.minimum(life, seen), (life <= seen).astype(float), x, np.arange(rows))
    return whole.rows(whole.time > whole.entry)


@pytest.mark.parametrize("late", [False, True])
def test_the_fit_is_that_of_lifelines(late: bool) -> None:
    spells = drawn(400, late=late)
    frame = pd.DataFrame(spells.x, columns=["a", "b", "c"]).assign(time=spells.time, ended=spells.ended)
    options = {}
    if late:
        frame["entry"], options = spells.entry, {"entry_col": "entry"}
    theirs = CoxPHFitter().fit(frame, "time", "ended", **options)
    ours = fit_efron(spells)
    assert ours is not None
    np.testing.assert_allclose(ours.coefficients, theirs.params_, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(ours.covariance, theirs.variance_matrix_, rtol=1e-4, atol=1e-10)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-9)


def test_the_order_of_rows_and_the_units_of_a_column_change_nothing() -> None:
    spells = drawn(300, late=True, seed=2)
    order = np.random.default_rng(3).permutation(len(spells.time))
    scaled = spells.x[order] * [1, 1, 1000]
    other = Spells(spells.entry[order], spells.time[order], spells.ended[order], scaled, spells.owner[order])
    one, two = fit_efron(spells), fit_efron(other)
    assert one is not None and two is not None
    np.testing.assert_allclose(two.coefficients * [1, 1, 1000], one.coefficients, rtol=1e-9)


def test_columns_that_follow_from_each_other_have_no_fit_and_a_column_that_separates_runs_away() -> None:
    spells = drawn(300, late=False, seed=4)
    twice = np.column_stack([spells.x, spells.x[:, 0] * 2 + 1])
    found = fit_efron(Spells(spells.entry, spells.time, spells.ended, twice, spells.owner))
    assert found is None or np.sqrt(np.abs(found.covariance).max()) > 1e3
    only = np.column_stack([spells.x, spells.ended])
    apart = Spells(spells.entry, spells.time, spells.ended, only, spells.owner)
    wild, tame = fit_efron(apart), fit_efron(apart, is_penalised=True)
    assert tame is not None and np.isfinite(tame.coefficients).all()
    assert wild is None or abs(wild.coefficients[3]) > 2 * abs(tame.coefficients[3])
