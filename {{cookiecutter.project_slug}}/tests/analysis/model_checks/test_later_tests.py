"""Three tests on who holds a value: against tables worked by hand, slow references and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import linregress, norm

from customer_analytics.analysis.model_checks.later import Trend, fall, mantel_haenszel, purity, trend
from customer_analytics.analysis.model_checks.panel import Panel


def board(
    person: list[int], cut: list[int], left: list[int], now: list[int], *, people: int | None = None,
    stratum: list[int] | None = None, now_stratum: list[int] | None = None, cohort: list[int] | None = None,
    fresh: list[int] | None = None,
) -> Panel:  # fmt: skip
    """A panel by hand: everybody who is here now is surely here, unless `fresh` names them."""
    size = people or max([*person, *now]) + 1
    was, here = np.zeros(size, bool), np.zeros(size, bool)
    was[person] = True
    here[now] = True
    sure = np.zeros(size, bool)
    sure[now if fresh is None else fresh] = True
    return Panel(
        person=np.array(person), cut=np.array(cut), left=np.array(left, float),
        stratum=np.array(stratum or [0] * len(person)), now_rows=np.arange(len(now)), now_person=np.array(now),
        now_stratum=np.array(now_stratum or [0] * len(now)), people=size, gone=was & ~here, here=was & sure,
        lately=np.ones(len(person), bool), now_lately=np.ones(len(now), bool),
        cohort=np.array(cohort or [0] * size),
    )  # fmt: skip


def test_the_odds_ratio_over_strata_is_the_one_of_the_textbook() -> None:
    # smoking and lung cancer in two strata, worked by hand: R = 20*80/150 + 5*40/65, S = 10*40/150 + 12*8/65
    exposed, case, stratum = [], [], []
    for number, (a, b, c, d) in enumerate([(20, 10, 40, 80), (5, 12, 8, 40)]):
        for held, is_case, count in ((1, 1, a), (1, 0, b), (0, 1, c), (0, 0, d)):
            exposed += [held] * count
            case += [is_case] * count
            stratum += [number] * count
    log_odds, error = mantel_haenszel(np.array(exposed, bool), np.array(case, bool), np.array(stratum))
    r, s = 20 * 80 / 150 + 5 * 40 / 65, 10 * 40 / 150 + 12 * 8 / 65
    assert log_odds == pytest.approx(math.log(r / s), abs=1e-12)
    # variance of Robins, Breslow and Greenland, term by term
    p1, p2, q1, q2 = 100 / 150, 45 / 65, 50 / 150, 20 / 65
    r1, r2, s1, s2 = 20 * 80 / 150, 5 * 40 / 65, 10 * 40 / 150, 12 * 8 / 65
    variance = (
        (p1 * r1 + p2 * r2) / (2 * r * r)
        + (p1 * s1 + q1 * r1 + p2 * s2 + q2 * r2) / (2 * r * s)
        + (q1 * s1 + q2 * s2) / (2 * s * s)
    )
    assert error == pytest.approx(math.sqrt(variance), abs=1e-12)


def test_a_value_that_nobody_here_holds_has_a_finite_lower_bound() -> None:
    gone, here = list(range(40)), list(range(40, 80))
    panel = board(gone + here, [0] * 80, [1] * 40 + [0] * 40, here)
    found = purity(panel, panel.by_row(np.arange(80) < 30))
    a, b, c, d = 30.5, 0.5, 10.5, 40.5  # half a person in each cell
    assert found.gone == 30 / 40
    assert found.here == 0
    assert found.log_odds == pytest.approx(math.log(a * d / (b * c)))
    assert found.interval.low == pytest.approx(
        math.exp(found.log_odds - norm.ppf(0.975) * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    )


def test_whoever_came_last_is_not_taken_for_pure() -> None:
    # holders are those who came last: half of them have gone, as of all others of their time
    cohort = [0] * 60 + [1] * 60
    gone = [*range(40), *range(60, 90)]
    here = [person for person in range(120) if person not in gone]
    panel = board(list(range(120)), [0] * 120, [0] * 120, here, cohort=cohort)
    holds = np.array([person >= 60 and person % 2 == 0 for person in range(120)])
    plain = mantel_haenszel(holds, panel.gone, np.zeros(120, int))[0]
    assert purity(panel, panel.by_row(holds)).log_odds == pytest.approx(0, abs=1e-12)
    assert plain < -0.2


def test_the_fall_compares_alike_people_and_counts_each_person_once() -> None:
    # two strata; now only the second has people: the first must not count
    panel = board(
        [0, 1, 2, 3, 0, 1], [0, 0, 0, 0, 1, 1], [0] * 6, [4, 5], people=6, stratum=[0, 0, 1, 1, 1, 1],
        now_stratum=[1, 1],
    )  # fmt: skip
    value = np.array([1.0, 1, 0, 1, 1, 0, 0, 1])
    found = fall(panel, value)
    assert (found.past, found.now) == (pytest.approx(0.5), pytest.approx(0.5))
    # by hand: deviations from .5 in stratum 1, over 4 rows: persons 2, 3, 0, 1; now persons 4, 5 over 2 rows
    parts = [-0.5 / 4, 0.5 / 4, 0.5 / 4, -0.5 / 4, 0.5 / 2, -0.5 / 2]
    assert found.error == pytest.approx(math.sqrt(sum(part**2 for part in parts)))


def test_a_person_at_five_cut_offs_is_no_five_people() -> None:
    rng = np.random.default_rng(3)
    holds = rng.random(400) < 0.4
    once = board(list(range(200)), [0] * 200, [0] * 200, list(range(200, 400)))
    often = board(
        list(range(200)) * 5, [cut for cut in range(5) for _ in range(200)], [0] * 1000, list(range(200, 400))
    )
    assert fall(often, often.by_row(holds.astype(float))).error == pytest.approx(
        fall(once, once.by_row(holds.astype(float))).error
    )


def test_the_trend_is_the_weighted_regression_of_the_cut_offs_odds() -> None:
    rng = np.random.default_rng(8)
    person, cut, left = [], [], []
    holds = rng.random(600) < 0.5
    for number, effect in enumerate((0.0, 0.8, 1.6)):
        for one in range(600):
            person.append(one)
            cut.append(number)
            left.append(int(rng.random() < 1 / (1 + math.exp(0.3 - effect * holds[one]))))
    panel = board(person, cut, left, [0])
    found = trend(panel, panel.by_row(holds))
    values, errors = [], []
    for number in range(3):
        rows = [place for place in range(len(cut)) if cut[place] == number]
        cells = {(h, y): 0 for h in (0, 1) for y in (0, 1)}
        for place in rows:
            cells[int(holds[person[place]]), left[place]] += 1
        values.append(math.log(cells[1, 1] * cells[0, 0] / (cells[1, 0] * cells[0, 1])))
        errors.append(math.sqrt(sum(1 / count for count in cells.values())))
    weights = 1 / np.square(errors)
    repeated = np.round(weights / weights.sum() * 10_000).astype(int)  # weights as copies, for a plain regression
    line = linregress(np.repeat([0, 1, 2], repeated), np.repeat(values, repeated))
    assert found.slope == pytest.approx(line.slope, abs=1e-3)
    assert found.error == pytest.approx(
        1 / math.sqrt((weights * np.square(np.arange(3) - np.average(np.arange(3), weights=weights))).sum())
    )
    assert found.slope / found.error > 3


@pytest.mark.parametrize("left", [[0, 0, 0, 0], [1, 1, 1, 1]])
def test_one_outcome_only_gives_no_trend_and_no_warning(left: list[int]) -> None:
    panel = board([0, 1, 2, 3], [0, 0, 1, 1], left, [4])
    found = trend(panel, panel.by_row(np.array([True, False, True, False, True])))
    assert math.isnan(found.slope)
    assert Trend(math.nan, math.nan, math.nan, math.nan).p_above() == 1.0


def test_under_chance_the_p_values_are_what_they_say() -> None:
    rng = np.random.default_rng(11)
    below = 0
    for _ in range(400):
        here = rng.random(150) < 0.5
        panel = board(
            list(range(150)) * 2, [0] * 150 + [1] * 150, [0] * 300, list(np.flatnonzero(here)) + list(range(150, 200))
        )
        holds = rng.random(200) < 0.3
        below += fall(panel, panel.by_row(holds.astype(float))).p_above() < 0.05
    assert 8 <= below <= 34  # 20 of 400 expected
