"""The screening against a shop in which it is known which column was written when, and against the synthetic client."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from known_shop import Shop, make_shop

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.model_checks.screen import screen
from customer_analytics.tables.sample.frames import make_business
from customer_analytics.tables.sample.world import DAYS, END, World


def texts(flags: np.ndarray, word: str = "x") -> np.ndarray:
    """A text where a flag is set, nothing elsewhere."""
    return np.where(flags, word, None).astype(object)


def verdicts(found: Any) -> dict[str, str]:
    return dict(zip(found.findings["feature"], found.findings["verdict"], strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_note_written_after_leaving_is_named_and_columns_known_before_are_not(
    shop: Callable[[int], Any], orders: SimpleNamespace, seed: int
) -> None:
    here = shop(seed)
    rng = np.random.default_rng(seed)
    reasons = np.array(["price", "moved", "other"], dtype=object)[rng.integers(0, 3, len(here))]
    noted = np.where(here.left & (rng.random(len(here)) < 0.8), reasons, None)
    totals = np.array([len(days) for days in here.days], float)
    columns = {
        "own.note": ("category", noted),
        "own.visits to date": ("numeric", totals),  # goes on counting after every cut-off
        "own.card": ("numeric", rng.permutation(len(here)).astype(float)),
        "own.colour": ("category", texts(rng.random(len(here)) < 0.3)),
        "own.shoe size": ("numeric", rng.normal(40, 3, len(here)).round(1)),
        "region": ("category", np.array(["n", "s", "e", "w"], dtype=object)[rng.integers(0, 4, len(here))]),
        "acquisition_campaign": ("category", np.array([f"q{day // 90}" for day in here.came], dtype=object)),
    }
    found = screen(here.samples(columns), orders, seed)
    told = verdicts(found)
    assert {name for name, verdict in told.items() if verdict == "leak"} == {"own.note", "own.visits to date"}
    assert told["own.card"] == "identifies"
    assert {told[name] for name in ("own.colour", "own.shoe size", "region", "acquisition_campaign")} == {"sound"}
    assert "own.note" not in found.kept.now.frame.columns
    assert "own.note" not in set(found.kept.dictionary["feature"])
    assert all("own.note" not in sample.frame for sample in found.kept.cuts)
    row = found.findings.set_index("feature").loc["own.note"]
    true_share = 0.8  # of those who have left; whoever is gone has left, but for a few long silences
    assert row["share_gone"] == pytest.approx(true_share, abs=0.05)
    assert row["share_here"] < 0.05
    assert row["odds_low"] > 10
    assert row["share_past"] > 2 * row["share_now"]


def test_a_strong_cause_that_was_known_at_the_beginning_is_no_leak(orders: SimpleNamespace) -> None:
    rng = np.random.default_rng(9)
    trial = rng.random(2_500) < 0.4
    here = make_shop(9, ratio=np.where(trial, 6.0, 0.7))
    # an offer that was given for one quarter only, to people who leave twice as fast: rarer now, and no leak either
    columns = {"own.trial": ("category", texts(trial)), "own.spring offer": ("category", texts(
        (here.came > 400) & (here.came < 490) & (rng.random(2_500) < np.where(trial, 0.9, 0.3))))}  # fmt: skip
    told = verdicts(screen(here.samples(columns), orders, 1))
    assert told["own.trial"] == "sound"
    assert told["own.spring offer"] == "sound"


@pytest.mark.parametrize("since", [640, 600, 560])
def test_the_campaign_that_has_just_begun_is_no_leak_though_none_of_its_customers_has_left(
    orders: SimpleNamespace, since: int
) -> None:
    rng = np.random.default_rng(since)
    here = make_shop(since, people=2_000)
    new = (here.came >= since) & (rng.random(2_000) < 0.95)
    columns = {"own.offer": ("category", np.where(new, "new", "old").astype(object))}
    told = verdicts(screen(here.samples(columns), orders, 1))
    assert told["own.offer"] == "sound"


def test_a_mark_that_is_wiped_after_leaving_is_a_leak_too(shop: Callable[[int], Any], orders: SimpleNamespace) -> None:
    here = shop(2)
    status = np.where(here.left, "closed", "open").astype(object)
    emptied = texts(~here.left, "mail@example.com")
    found = screen(here.samples({"own.status": ("category", status), "own.mail": ("category", emptied)}), orders, 1)
    assert verdicts(found)["own.status"] == verdicts(found)["own.mail"] == "leak"


def test_the_outcome_with_noise_is_too_good_to_be_true(shop: Callable[[int], Any], orders: SimpleNamespace) -> None:
    here = shop(3)
    samples = here.samples({"own.hint": ("numeric", np.zeros(len(here)))})
    rng = np.random.default_rng(1)
    for sample in samples.cuts:  # a deliberately future feature: each cut-off's own label, one in fifty wrong
        flipped = rng.random(len(sample.frame)) < 0.02
        sample.frame["own.hint"] = np.where(flipped, 1 - sample.frame["left"], sample.frame["left"]).astype(float)
    samples.now.frame["own.hint"] = rng.integers(0, 2, len(samples.now.frame)).astype(float)
    found = screen(samples, orders, 1)
    row = found.findings.set_index("feature").loc["own.hint"]
    assert row["auc"] == pytest.approx(0.98, abs=0.01)
    assert row["verdict"] in ("too_good", "leak")
    assert "own.hint" not in found.kept.features


def test_a_dated_feature_that_tells_nearly_all_is_named_and_kept(
    shop: Callable[[int], Any], orders: SimpleNamespace
) -> None:
    here = shop(3)
    samples = here.samples({"hint": ("numeric", np.zeros(len(here)))})
    samples.dictionary.loc[samples.dictionary["feature"] == "hint", "dated"] = True
    for sample in samples.cuts:
        sample.frame["hint"] = sample.frame["left"].astype(float)
    found = screen(samples, orders, 1)
    assert verdicts(found)["hint"] == "suspect"
    assert "hint" in found.kept.features


def test_planted_columns_show_what_the_tests_can_see(shop: Callable[[int], Any], orders: SimpleNamespace) -> None:
    here = shop(1)
    found = screen(here.samples({}), orders, 5)
    caught = found.probes.set_index(["probe", "filled"])["caught"]
    assert bool(caught["filled", 0.8])
    assert bool(caught["filled", 0.4])
    assert not bool(caught["chance", 0.3])
    assert found.smallest_caught is not None
    assert found.permuted_low < 0.5 < found.permuted_high
    assert abs(found.permuted_auc - 0.5) < 0.02


def test_no_column_is_accused_under_chance(shop: Callable[[int], Any], orders: SimpleNamespace) -> None:
    here = shop(2)
    rng = np.random.default_rng(4)
    columns = {f"own.{n}": ("category", texts(rng.random(len(here)) < share)) for n, share in
               enumerate(np.linspace(0.02, 0.9, 40))}  # fmt: skip
    found = screen(here.samples(columns), orders, 1)
    assert set(found.findings["verdict"]) == {"sound"}


def test_the_same_samples_give_the_same_verdicts_to_the_last_digit_whatever_the_order_of_rows(
    shop: Callable[[int], Any], orders: SimpleNamespace
) -> None:
    here = shop(1)
    samples = here.samples({"own.note": ("category", texts(here.left))})
    once, twice = screen(samples, orders, 1), screen(samples, orders, 1)
    pd.testing.assert_frame_equal(once.findings, twice.findings)
    assert once.permuted_auc == twice.permuted_auc


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("people", [1, 5, 30])
def test_few_people_are_not_judged_and_own_columns_stay_out(orders: SimpleNamespace, people: int) -> None:
    here = make_shop(12, people=people)
    samples = here.samples({"own.note": ("category", texts(here.left)), "region": ("category", texts(here.came > 300))})
    found = screen(samples, orders, 1)
    assert found.reason == "few"
    told = verdicts(found)
    assert told["own.note"] == "unproven"
    assert told["region"] == "sound"
    assert "own.note" not in found.kept.features


@pytest.mark.filterwarnings("error")
def test_no_cut_off_and_one_class_only_end_in_a_reason(shop: Callable[[int], Any], orders: SimpleNamespace) -> None:
    here = shop(1)
    none = here.samples({"own.a": ("category", texts(here.left))}, cuts=())
    assert screen(none, orders, 1).reason == "few"
    one = here.samples({"own.a": ("category", texts(here.left))})
    for sample in one.cuts:
        sample.frame["left"] = 0
    assert screen(one, orders, 1).reason == "few"


def test_without_dates_only_what_a_snapshot_shows_is_tested(shop: Callable[[int], Any]) -> None:
    here = shop(1)
    samples = here.samples({"own.bill": ("numeric", here.rng.normal(50, 9, len(here)))}, cuts=(520,))
    samples.cuts[0].frame["own.closing"] = samples.cuts[0].frame["left"].astype(float)
    samples.now.frame["own.closing"] = 0.0
    names = samples.dictionary
    names.loc[len(names)] = ["own.closing", "profile", "own_number", "value", "x", False, False, "numeric"]
    found = screen(samples, SimpleNamespace(kind="snapshot"), 1)
    assert found.reason == "snapshot"
    assert verdicts(found)["own.closing"] == "too_good"
    assert verdicts(found)["own.bill"] == "sound"
    assert not len(found.probes)


def sample_client(seed: int, *, planted: bool) -> Samples:
    """The synthetic client, from what happened, without a detour through files; its note as the export has it."""
    world = World(2_000, seed, "en", "retail", "EUR", "UTC", END, DAYS, planted)
    business = make_business(world)
    placed, who = business.orders.placed // 86_400, business.orders.customer
    end, begin = int(world.last_second // 86_400) + 1, int(world.last_second // 86_400) + 1 - 700
    order = np.lexsort((placed, who))
    placed, who = placed[order] - begin, who[order]
    days = [np.unique(part[part < 700]) for part in np.split(placed, np.searchsorted(who, np.arange(1, 2_000)))]
    known = [one for one in range(2_000) if len(days[one])]
    gone = (business.life.left // 86_400 - begin)[known]
    rng = np.random.default_rng(seed)
    here = Shop(np.array([days[one][0] for one in known]), gone, [days[one] for one in known], rng)
    assert end - begin == 700
    note = texts((gone < 700) & (rng.random(len(known)) < 0.8))
    people = business.people
    columns = {"own.note": ("category", note), "consent": ("flag", people.consent[known].astype(float))}
    for name in ("channel", "gender", "region", "city", "occupation"):
        columns[name] = ("category", getattr(people, name)[known].astype(str).astype(object))
    return here.samples(columns)


@pytest.mark.parametrize("planted", [True, False], ids=["planted", "nothing_planted"])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_of_the_synthetic_client_the_note_is_taken_out_and_nothing_else(
    orders: SimpleNamespace, seed: int, *, planted: bool
) -> None:
    found = screen(sample_client(seed, planted=planted), orders, seed)
    assert list(found.taken_out["feature"]) == ["own.note"]
