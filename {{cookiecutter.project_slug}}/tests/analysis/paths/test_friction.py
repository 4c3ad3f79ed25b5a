"""Signs of giving up: each set of visits counted by hand, and no sign claimed on noise."""

from __future__ import annotations

import math

import ibis
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from customer_analytics.analysis.paths import friction
from customer_analytics.analysis.paths.friction import KINDS
from customer_analytics.analysis.paths.rates import clustered_rate


def visited(people: int, seed: int, effect: float = 0.0) -> pd.DataFrame:
    """A row a visit and place; `effect` of an error at place 2 on reaching the goal."""
    chance = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        habit = chance.normal(0, 0.1)
        for number in range(chance.integers(1, 4)):
            for place in (1, 2):
                signs = chance.random(4) < 0.3
                rate = 0.4 + habit + (effect if place == 2 and signs[3] else 0.0)
                reached = bool(chance.random() < rate)
                moved = reached or bool(chance.random() < 0.5)
                signs[2] &= moved
                rows.append((f"v{person}-{number}", f"p{person}", place, reached, moved, not moved, *map(bool, signs)))
    return pd.DataFrame(rows, columns=["visit", "person_id", "place", "reached", "moved_on", "ended", *KINDS])


def test_every_set_of_visits_is_counted_as_by_hand() -> None:
    frame = visited(200, 1)
    found = friction.sums_by_place(ibis.memtable(frame)).set_index(["place", "set"])
    for place in (1, 2):
        here = frame[frame["place"] == place]
        sets = {"all": here}
        for kind in KINDS:
            base = here[here["moved_on"]] if kind == "hesitation" else here
            sets |= {kind: here[here[kind]], f"no {kind}": base[~base[kind]]}
        for name, own in sets.items():
            n = own.groupby("person_id").size().to_numpy(float)
            y = own.groupby("person_id")["reached"].sum().to_numpy(float)
            expected = [len(own), own["reached"].sum(), len(n), (n * n).sum(), (n * y).sum(), (y * y).sum()]
            assert found.loc[(place, name), list(friction.SUMS)].tolist() == expected
        assert found.loc[(place, "all"), "ended"] == here["ended"].sum()


def test_the_table_of_places_counts_each_sign_once_a_visit() -> None:
    frame = visited(100, 2)
    found = friction.by_place(friction.sums_by_place(ibis.memtable(frame))).set_index("place")
    for place in (1, 2):
        here = frame[frame["place"] == place]
        assert found.loc[place, list(KINDS)].tolist() == [int(here[kind].sum()) for kind in KINDS]
        assert found.loc[place, "visits"] == len(here)


def test_p_is_near_that_of_a_cluster_robust_regression() -> None:
    frame = visited(600, 3, effect=-0.08)
    found = friction.compared(friction.sums_by_place(ibis.memtable(frame)), 30).set_index(["kind", "place"])
    here = frame[frame["place"] == 2]
    fitted = sm.OLS(here["reached"].astype(float), sm.add_constant(here[["error"]].astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(here["person_id"])[0]}
    )
    row = found.loc[("error", 2)]
    assert row["difference"] == pytest.approx(float(fitted.params["error"]))
    z = abs(float(fitted.params["error"]) / float(fitted.bse["error"]))
    assert math.log10(row["p"]) == pytest.approx(math.log10(math.erfc(z / math.sqrt(2))), abs=1)


def test_a_planted_error_is_clear_and_little_else_is() -> None:
    others = 0
    for seed in range(8):
        found = friction.compared(friction.sums_by_place(ibis.memtable(visited(400, 40 + seed, effect=-0.3))), 30)
        clear = [(row.kind, row.place) for row in found[found["q"] <= 0.05].itertuples()]
        assert ("error", 2) in clear
        others += len(clear) - 1
    assert others <= 3  # one in twenty of what is called, and 7 tests each


def test_on_noise_alone_hardly_any_client_gets_a_claim() -> None:
    claims = 0
    for seed in range(20):
        found = friction.compared(friction.sums_by_place(ibis.memtable(visited(150, 100 + seed))), 30)
        claims += bool((found["q"] <= 0.05).any())
    assert claims <= 4  # 1 expected


def test_a_sign_that_too_few_people_show_has_no_rate_and_is_not_tested() -> None:
    found = friction.compared(friction.sums_by_place(ibis.memtable(visited(40, 5))), 60)
    assert found[["rate", "p", "q"]].isna().all().all()
    assert (found["visits"] > 0).all()


def test_rates_carry_the_interval_over_people() -> None:
    sums = friction.sums_by_place(ibis.memtable(visited(300, 6)))
    found = friction.compared(sums, 30)
    for row in found.itertuples():
        own = sums[(sums["place"] == row.place) & (sums["set"] == row.kind)].iloc[0]
        assert (row.rate_low, row.rate_high) == pytest.approx(clustered_rate(own.to_dict()))
        assert row.low < row.difference < row.high
