"""Accounts and people in the audit, against a slow reference, by hand, and the same whether merged or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.audit import audit
from customer_analytics.analysis.audit.identity import cluster_sizes, identity, identity_metrics, missed_pairs
from customer_analytics.analysis.audit.keys import two_customers
from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit import identity as words
from customer_analytics.tables.identity.log import Capture, IdentityLog
from customer_analytics.tables.load_log import LoadLog

RULES = IdentitySettings()
links = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("pe"), st.integers(0, 7)), min_size=1, max_size=40)


def people(count: int) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [f"c{n}" for n in range(count)]})


def persons_by_walking(rows: list[tuple[int, str, int]]) -> tuple[int, int]:
    """Accounts and persons: each account is merged with every account that it can be walked to."""
    accounts = {account for account, _, _ in rows}
    owners: dict[tuple[str, int], set[int]] = {}
    for account, kind, value in rows:
        owners.setdefault((kind, value), set()).add(account)
    groups = {account: {account} for account in accounts}
    for members in owners.values():
        if len(members) <= 5:
            joined = set().union(*(groups[member] for member in members))
            for member in joined:
                groups[member] = joined
    return len(accounts), len({frozenset(group) for group in groups.values()})


@settings(max_examples=10, deadline=None)
@given(rows=links)
def test_persons_are_the_connected_accounts(make_tables, rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "kind", "value"]).astype(str)
    frame["value"] = "id-" + frame["value"]
    found = identity(make_tables(identities=frame), IdentitySettings(hard=["p", "e"], soft=[]))
    assert (found.accounts, found.people) == persons_by_walking(rows)
    assert found.doubled == found.accounts - found.people


ORDERS = pd.DataFrame(
    {"order_id": ["1", "2", "3", "4"], "customer_id": ["a", "b", "c", None], "amount": [10, 20, 30, 40],
     "ordered_at": pd.Timestamp("2024-05-01")}
)  # fmt: skip
CARDS = pd.DataFrame({"customer_id": ["a", "b", "c"], "kind": "card", "value": ["k1", " k1", "k2"]})


def test_merging_accounts_moves_buyers_repeat_share_and_revenue_per_head(make_tables):
    found = identity(make_tables(identities=CARDS, orders=ORDERS), RULES)
    assert (found.as_accounts.buyers, found.as_accounts.repeat, found.as_accounts.revenue) == (3, 0.0, 20.0)
    assert (found.as_people.buyers, found.as_people.repeat, found.as_people.revenue) == (2, 0.5, 30.0)
    assert found.resolved is False


def test_the_same_is_said_when_the_accounts_were_merged_at_loading(make_tables):
    apart = identity(make_tables(identities=CARDS, orders=ORDERS), RULES)
    merged = {"a": "a", "b": "a", "c": "c"}
    tables = make_tables(
        identities=CARDS.assign(account_id=CARDS["customer_id"], customer_id=CARDS["customer_id"].map(merged)),
        orders=ORDERS.assign(account_id=ORDERS["customer_id"], customer_id=ORDERS["customer_id"].map(merged)),
    )
    done = IdentityLog(apart.facts, all_accounts=3, customers=2, rows_merged=1, events_recognised=5)
    log = LoadLog("2024-06-01T00:00:00+00:00", "", "EUR", "UTC", {}, identity=done)
    found = identity(tables, RULES, log)
    assert found.resolved
    assert (found.as_accounts, found.as_people) == (apart.as_accounts, apart.as_people)
    now, before = identity_metrics(found), identity_metrics(apart)
    assert {name for name in now if now[name] != before[name]} == {"identity.resolved", "identity.events_recognised"}


def test_a_merged_account_is_no_fault_any_more(make_tables):
    orders = pd.DataFrame(
        {"order_id": [str(n) for n in range(60)], "customer_id": [f"c{n % 40}" for n in range(60)], "amount": 1,
         "ordered_at": pd.date_range("2024-01-01", periods=60)}
    )  # fmt: skip
    identities = people(40).assign(kind="card", value=[f"k{n // 2}" for n in range(40)])
    rules = {"parameters": DataAuditParameters(), "minimum_group": 10}
    apart = audit(make_tables(orders=orders, identities=identities), **rules)
    assert "identities.value.shared_identifier" in {issue.id for issue in apart.issues}
    done = IdentityLog(apart.identity.facts, all_accounts=40, customers=20)
    log = LoadLog("2024-06-01T00:00:00+00:00", "", "EUR", "UTC", {}, identity=done)
    person = {f"c{n}": f"c{n // 2 * 2}" for n in range(40)}
    merged = [frame.assign(account_id=frame["customer_id"], customer_id=frame["customer_id"].map(person))
              for frame in (orders, identities)]  # fmt: skip
    together = audit(make_tables(orders=merged[0], identities=merged[1]), log=log, **rules)
    assert "identities.value.shared_identifier" not in {issue.id for issue in together.issues}
    assert (together.metrics["customers"], together.metrics["identity.people"]) == (20, 20)
    for language in (Language("en", "EUR"), Language("zh_CN", "EUR")):
        for result in (apart, together):
            said = [words.deck(result, language), *words.words(result, language), words.rule_words(result, language)]
            assert all(said)
            assert words.one_person(result, language).finding.section == "identity"
        assert words.deck(apart, language) != words.deck(together, language)


def test_people_in_both_arms_through_two_accounts_are_counted(make_tables):
    touches = pd.DataFrame(
        {"campaign_id": ["x", "x", "x", "x", "y"], "customer_id": ["a", "b", "c", "c", "a"],
         "arm": ["treatment", "control", "treatment", "control", "treatment"],
         "assigned_at": pd.Timestamp("2024-05-01")}
    )  # fmt: skip
    assert identity(make_tables(identities=CARDS, touches=touches), RULES).crossed == 1
    assert identity(make_tables(identities=CARDS), RULES).crossed is None


def test_small_groups_of_people_with_many_accounts_stand_together(make_tables):
    values = [f"k{n // 2}" for n in range(40)] + ["t1"] * 3 + ["t2"] * 5 + [f"s{n}" for n in range(52)]
    found = identity(make_tables(identities=people(100).assign(kind="card", value=values)), RULES)
    assert found.facts.sizes == {"2": 20, "3": 1, "5": 1}
    assert cluster_sizes(found, 10) == [(1, 52, False), (2, 22, True)]
    assert cluster_sizes(found, 1) == [(1, 52, False), (2, 20, False), (3, 1, False), (5, 1, False)]
    assert cluster_sizes(found, 100) == [(1, 74, True)]


def test_missed_pairs_are_those_that_were_left_out():
    """1,000 pairs, each shown by five kinds independently: the interval holds the pairs that none shows."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        shown = (rng.random((1000, 5)) < 0.3).sum(axis=1)
        estimate = missed_pairs(Capture(5, int((shown == 1).sum()), int((shown == 2).sum())))
        held += estimate.low <= (shown == 0).sum() <= estimate.high
    assert 180 <= held <= 199


def test_people_who_give_away_little_make_the_estimate_too_small_and_never_too_large():
    rng = np.random.default_rng(6)
    chance = rng.choice([0.1, 0.6], (2000, 1))
    shown = (rng.random((2000, 5)) < chance).sum(axis=1)
    estimate = missed_pairs(Capture(5, int((shown == 1).sum()), int((shown == 2).sum())))
    assert 0 < estimate.value < (shown == 0).sum()


def test_too_few_pairs_seen_twice_are_not_estimated():
    assert missed_pairs(None) is None
    assert missed_pairs(Capture(5, 40, 7)) is None
    assert missed_pairs(Capture(5, 1, 40)).value == 0
    # Chao's bound by hand: 4/5 * 20 * 19 / (2 * 41)
    assert missed_pairs(Capture(5, 20, 40)).value == pytest.approx(0.8 * 20 * 19 / 82)


def test_an_order_whose_lines_name_two_customers_is_counted_with_its_money(make_tables):
    lines = pd.DataFrame(
        {"order_id": ["1", "1", "2", "2", "3", "4"], "customer_id": ["a", "b", "a", None, "b", None],
         "amount": [1.5, 2, 4, 8, 16, 32]}
    )  # fmt: skip
    found = two_customers(make_tables(order_lines=lines))
    assert (found.rows, found.evaluated, found.money) == (1, 3, 3.5)
    assert two_customers(make_tables(order_lines=lines.drop(columns="customer_id"))) is None


def test_no_identifiers_no_section(make_tables):
    assert identity(make_tables(orders=ORDERS), RULES) is None
    assert identity_metrics(None) == {}


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "{0}", "n/a", "'; DROP TABLE x; --"])
def test_hostile_identifiers_and_kinds_do_no_harm(make_tables, value):
    frame = pd.DataFrame({"customer_id": ["a", "b"], "kind": [value, "card"], "value": [value, value]})
    found = identity(make_tables(identities=frame), RULES)
    assert found.people == found.accounts <= 2
