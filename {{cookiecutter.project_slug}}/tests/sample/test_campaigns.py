"""Effects of the campaigns, found again by comparing arms; and over many seeds, whether intervals cover them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.tables.sample.campaigns import CAMPAIGNS, effect_truth, run_campaigns
from customer_analytics.tables.sample.life import make_life
from customer_analytics.tables.sample.people import make_people
from customer_analytics.tables.sample.shopping import draw_times
from customer_analytics.tables.sample.world import DAY, World


def entries(client):
    return {code: entry for code, entry in client.truth["campaigns"].items() if code.startswith("CMP")}


def outcomes(client, code, days=14):
    """Orders of everybody in a campaign within the window, and before it, by arm."""
    touches = client.table("touches")
    mine = touches[touches["campaign_id"] == code]
    begin = pd.Timestamp(client.truth["campaigns"][code]["sent_on"]) + pd.Timedelta(hours=10)
    placed, customer = client.orders["ordered_at"], client.orders["customer_id"]

    def count(first, last):
        inside = placed.between(first, last, inclusive="left")
        return mine["customer_id"].map(customer[inside].value_counts()).fillna(0).to_numpy()

    during = count(begin, begin + pd.Timedelta(days=days))
    return mine["arm"].fillna(""), during, count(begin - pd.Timedelta(days=90), begin)


def compare(values, arm, treated, control):
    a, b = values[(arm == treated).to_numpy()], values[(arm == control).to_numpy()]
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))


def test_true_effects_lie_within_the_intervals_of_the_arms(client):
    for code, entry in entries(client).items():
        if entry["kind"] != "randomised":
            continue
        arm, during, before = outcomes(client, code)
        control, *treated = entry["arms"]
        for name in treated:
            effect = entry["arms"][name]["effect"]
            for outcome, values in (("orders", during), ("conversion", (during > 0).astype(float))):
                difference, error = compare(values, arm, name, control)
                assert abs(difference - effect[outcome]) < 3.5 * error, (code, name, outcome)
            difference, error = compare(before, arm, name, control)
            assert abs(difference) < 3.5 * error, "arms were balanced before"


def test_only_the_planted_sample_ratio_fails(client):
    for code, entry in entries(client).items():
        if entry["kind"] != "randomised":
            continue
        arms = entry["arms"].values()
        counts = np.array([arm["written"] for arm in arms])
        touches = client.table("touches")
        assert sorted(touches.loc[touches["campaign_id"] == code, "arm"].value_counts()) == sorted(counts)
        expected = np.array([arm["planned_share"] for arm in arms]) * counts.sum()
        z = (counts[0] - expected[0]) / np.sqrt(expected[0] * (1 - expected[0] / counts.sum()))
        assert (abs(z) > 4) == (entry["key"] == "app_banner"), entry["key"]


def test_the_effect_differs_between_the_groups_of_the_win_back(client):
    (entry,) = (entry for entry in entries(client).values() if entry["key"] == "win_back")
    recent, lapsed = entry["arms"]["win_back"]["effect_by_group"].values()
    assert recent == {"orders": 0, "conversion": 0}
    assert lapsed["orders"] > 0.03


def test_what_was_moved_forward_is_missing_afterwards(client):
    (code,) = (code for code, entry in entries(client).items() if entry["key"] == "early_bird")
    arm, during, _ = outcomes(client, code)
    _, until, _ = outcomes(client, code, days=44)
    gained, error = compare(during, arm, "early_bird", "control")
    total, total_error = compare(until, arm, "early_bird", "control")
    assert gained > 3 * error
    assert abs(total) < 3.5 * total_error


def test_comparing_the_contacted_of_the_targeted_campaign_overstates_the_effect(client):
    (entry,) = (entry for entry in entries(client).values() if entry["kind"] == "targeted")
    assert entry["naive_difference"]["orders"] > 3 * entry["effect"]["orders"]


def test_comparing_like_with_like_brings_the_targeted_campaign_back_to_the_truth(client):
    ((code, entry),) = ((c, e) for c, e in entries(client).items() if e["kind"] == "targeted")
    sent = pd.Timestamp(entry["sent_on"]) + pd.Timedelta(hours=10)
    customers = client.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    registered = pd.to_datetime(customers["signed_up_at"], format="%d/%m/%Y %H:%M")
    placed = client.orders.set_index("ordered_at").sort_index()["customer_id"]

    def count(first, last):
        return placed[first : last - pd.Timedelta(seconds=1)].value_counts().reindex(customers.index).fillna(0)

    active = count(sent - pd.Timedelta(days=365), sent) > 0
    eligible = (customers["consent"] == "yes") & active & (registered < sent - pd.Timedelta(days=30))
    touches = client.table("touches")
    contacted = customers.index.isin(touches.loc[touches["campaign_id"] == code, "customer_id"])
    frame = pd.DataFrame(
        {
            "during": count(sent, sent + pd.Timedelta(days=14)),
            "stratum": count(sent - pd.Timedelta(days=90), sent).clip(upper=3),
            "contacted": contacted,
        }
    )[eligible]
    cells = frame.groupby(["stratum", "contacted"])["during"].agg(["mean", "var", "size"]).unstack()
    weight = cells["size"][True] / cells["size"][True].sum()
    adjusted = (weight * (cells["mean"][True] - cells["mean"][False])).sum()
    variance = cells["var"][True] / cells["size"][True] + cells["var"][False] / cells["size"][False]
    truth = entry["effect"]["orders"]
    assert abs(adjusted - truth) < 3.5 * np.sqrt((weight**2 * variance).sum())
    assert abs(adjusted - truth) < 0.5 * abs(entry["naive_difference"]["orders"] - truth)


def test_without_truths_no_campaign_causes_anything(plain_client):
    for entry in entries(plain_client).values():
        assert entry["caused_orders"] == 0
        for arm in entry.get("arms", {}).values():
            assert arm.get("effect", {"orders": 0})["orders"] == 0


@pytest.fixture(scope="module")
def z_scores():
    """(estimate - truth) / error of every randomised arm over many small worlds, by campaign."""
    scores = {campaign.key: [] for campaign in CAMPAIGNS if campaign.kind == "randomised"}
    for seed in range(60):
        world = World(1_500, seed, "en", "retail", "EUR", "UTC")
        people = make_people(world)
        life = make_life(world, people)
        basis = run_campaigns(world, people, life, *draw_times(world, people, life))
        for wave in basis.waves:
            campaign = CAMPAIGNS[wave.campaign]
            if campaign.kind != "randomised":
                continue
            counts = basis.count(len(people), wave.sent, wave.sent + 14 * DAY)[wave.customer]
            everybody = np.ones(len(counts), dtype=bool)
            control = counts[wave.arm == 0]
            for arm in range(1, len(campaign.arms)):
                treated = counts[wave.arm == arm]
                error = np.sqrt(treated.var(ddof=1) / len(treated) + control.var(ddof=1) / len(control))
                truth = effect_truth(wave, arm, everybody)["orders"]
                scores[campaign.key].append((treated.mean() - control.mean() - truth) / error)
    return scores


def test_intervals_of_95_percent_cover_the_truth_about_95_times_in_100(z_scores):
    scores = np.concatenate(list(z_scores.values()))
    covered = (np.abs(scores) < 1.96).mean()
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / len(scores)))
    assert abs(scores.mean()) < 4 / np.sqrt(len(scores))


def test_an_a_a_test_rejects_about_five_times_in_100(z_scores):
    scores = np.array(z_scores["aa_test"] + z_scores["newsletter"])
    assert (np.abs(scores) > 1.96).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / len(scores))
