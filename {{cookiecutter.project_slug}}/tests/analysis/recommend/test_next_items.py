"""The tests by time and on baskets: what is planted is found, chance is not, and nothing later is learned from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from slow_recommender import measures, similarities, top
from small_shops import Shop, baskets_of, no_tables, shop_of, shop_of_tastes

from customer_analytics.analysis.recommend import Recommendation, recommend
from customer_analytics.analysis.recommend.measures import DRAWS, evaluation, judge
from customer_analytics.analysis.recommend.result import EVALUATION
from customer_analytics.analysis.recommend.similarity import LEAST_TOGETHER, NEIGHBOURS, SHRINK
from customer_analytics.engagement.parameters import BasketRulesParameters

PARAMETERS = BasketRulesParameters()


def recommended(shop: Shop, **more: int) -> Recommendation:
    return recommend(baskets_of(shop, shuffle=more.get("shuffle", 0)), None, None, no_tables(), PARAMETERS)


@pytest.fixture(scope="module")
def tastes() -> Shop:
    return shop_of_tastes(1, planted=True)


@pytest.fixture(scope="module")
def found(tastes: Shop) -> Recommendation:
    return recommended(tastes)


def test_tastes_of_customers_beat_popularity(found: Recommendation) -> None:
    test = found.next_test
    assert test.winner == "similar" and test.measure("gain_low") > 0.05
    assert found.completion.winner == "similar" and found.method == "similar"


@pytest.mark.parametrize("seed", range(2, 5))
def test_where_all_share_one_taste_popularity_stays_in_use(seed: int) -> None:
    result = recommended(shop_of_tastes(seed, planted=False))
    assert not result.next_test.beaten and not result.completion.beaten
    assert result.method in ("popular", "recent")


def test_the_measures_are_those_of_plain_python(tastes: Shop, found: Recommendation) -> None:
    """Learned again from sets of the earlier part, listed by a sort, judged by loops."""
    customers = sorted({who for who, _, _ in tastes.rows if who is not None})
    had = {who: frozenset(tastes.had(who)) for who in customers}
    learned = [own for own in had.values() if own]
    number = {item: sum(item in own for own in learned) for item in set().union(*learned)}
    order = sorted(number, key=lambda item: (-number[item], item))
    place = {item: column for column, item in enumerate(order)}
    as_columns = {who: frozenset(place[item] for item in own) for who, own in had.items()}
    close = similarities([own for own in as_columns.values() if own], len(order), NEIGHBOURS, SHRINK, LEAST_TOGETHER)
    lists, truths = [], []
    for who in customers:
        new = {place.get(item, -2) for item in tastes.owns(who) - had[who]}
        if had[who] and new:
            scores = np.float32([sum(close[i][j] for i in as_columns[who]) for j in range(len(order))]).tolist()
            lists.append(top(scores, as_columns[who], [True] * len(order), PARAMETERS.next_items))
            truths.append(new)
    expected = measures(lists, truths, [number[item] / len(learned) for item in order])
    assert found.next_test.n == len(lists) and found.next_test.learned == len(learned)
    for name, value in expected.items():
        # sums of single precision may order two items of nearly the same score otherwise
        assert found.next_test.measure(name, "similar") == pytest.approx(value, abs=0.004), name


def test_nothing_of_the_later_part_is_learned_from(tastes: Shop, found: Recommendation) -> None:
    """The later part in the hands of others: the suggestions, and with them novelty and coverage, stay the same."""
    earlier, later = tastes.rows[: tastes.cut], tastes.rows[tastes.cut :]
    random = np.random.default_rng(3)
    noise = [(who, day, frozenset(random.choice(40, 4, replace=False).tolist())) for who, day, _ in later]
    other = recommended(Shop([*earlier, *noise], tastes.cut))
    every = set(range(40))
    full = [who for who in {who for who, _, _ in earlier} if len(tastes.had(str(who))) == len(every)]
    assert not full and other.next_test.learned == found.next_test.learned
    for name in ("popular", "similar"):
        ours, theirs = (one.next_test.measure("coverage", name) for one in (found, other))
        assert theirs == pytest.approx(ours, abs=0.06)
    assert other.next_test.measure("gain", "similar") < found.next_test.measure("gain", "similar") / 3


def test_the_order_of_the_engines_rows_changes_nothing(tastes: Shop, found: Recommendation) -> None:
    again = recommended(tastes, shuffle=5)
    pd.testing.assert_frame_equal(again.next_test.table, found.next_test.table)
    pd.testing.assert_frame_equal(again.completion.table, found.completion.table)
    pd.testing.assert_frame_equal(again.next_best, found.next_best)
    pd.testing.assert_frame_equal(again.buy_again, found.buy_again)
    pd.testing.assert_frame_equal(again.similar, found.similar)


def test_lists_hold_each_item_once_never_an_owned_one_and_come_in_order(tastes: Shop, found: Recommendation) -> None:
    lists = found.next_best
    assert lists["customer_id"].tolist() == sorted(lists["customer_id"])
    for who, own in lists.groupby("customer_id"):
        told = [int(str(key)[1:]) for key in own["item"]]
        assert own["rank"].tolist() == list(range(1, len(told) + 1)) and len(set(told)) == len(told)
        assert not set(told) & tastes.owns(str(who))
        assert own["score"].is_monotonic_decreasing
        reasons = {int(label.split()[1]) for label in own["because"].dropna()}
        assert reasons <= tastes.owns(str(who))
        assert len(told) == min(PARAMETERS.next_items, 40 - len(tastes.owns(str(who))))


def test_an_item_that_is_no_longer_sold_is_not_suggested() -> None:
    shop = shop_of_tastes(7, planted=True)
    gone = [(who, day, own - {0} if number >= shop.cut else own) for number, (who, day, own) in enumerate(shop.rows)]
    result = recommended(Shop(gone, shop.cut))
    assert "P0" not in set(result.next_best["item"]) | set(result.buy_again["item"])


def shop_of_durables() -> Shop:
    """Everybody buys item 0 (a toaster) once; item 1 (bread) in every basket; the rest by chance."""
    random = np.random.default_rng(4)
    rows = []
    for customer in range(200):
        days = np.sort(random.choice(400, size=8, replace=False)).tolist()
        first = random.integers(0, 8)
        for number, day in enumerate(days):
            own = {1, int(random.integers(2, 12))} | ({0} if number == first else set())
            rows.append((f"c{customer:03}", day, frozenset(own)))
    return shop_of(rows)


def test_owned_durable_goods_are_never_suggested_again() -> None:
    shop = shop_of_durables()
    result = recommended(shop)
    assert result.again is not None
    known = result.again.items.set_index("item")
    assert not known.loc[0, "is_bought_again"] and known.loc[1, "is_bought_again"]
    assert known.loc[0, "again"] == 0 and known.loc[1, "share"] == 1
    for name, lists in (("new", result.next_best), ("own", result.buy_again)):
        for who, own in lists.groupby("customer_id"):
            told = {int(str(key)[1:]) for key in own["item"]}
            mine = shop.owns(str(who))
            assert 0 not in told & mine
            assert told <= mine if name == "own" else not told & mine
    first = result.buy_again[result.buy_again["rank"] == 1]
    assert set(first["item"]) == {"P1"} and (first["times"] == 8).all()


def test_bought_again_follows_only_buyers_with_enough_time_and_other_days() -> None:
    """Against loops: first purchase in the first half, and once more on a later day."""
    shop = shop_of_tastes(8, planted=True)
    result = recommended(shop)
    assert result.again is not None
    days = [day for _, day, _ in shop.rows]
    limit = max(days) + 1 - max(1, min(365, (max(days) + 1 - min(days)) // 2))
    for row in result.again.items.itertuples():
        bought: dict[str, list[int]] = {}
        for who, day, own in shop.rows:
            if row.item in own and who is not None:
                bought.setdefault(who, []).append(day)
        followed = [sorted(own) for own in bought.values() if min(own) < limit]
        assert (row.buyers, row.again) == (len(followed), sum(own[-1] > own[0] for own in followed))


def test_the_winner_is_no_accident_of_many_methods() -> None:
    """Lists of pure chance beside popularity: called better in about a twentieth of the draws, not more."""
    random, called = np.random.default_rng(11), 0
    for _ in range(40):
        truth = sp.csr_matrix((random.random((150, 20)) < 0.15).astype(np.float32))
        truths = np.maximum(np.asarray(truth.sum(axis=1)).ravel(), 1.0)
        share = np.full(20, 0.15)
        lists = {name: random.random((150, 20)).argsort(axis=1)[:, :3] for name in ("popular", "similar", "rules")}
        judged = {name: judge(own, truth, truths, share) for name, own in lists.items()}
        _, winner, _ = evaluation("next", judged, np.arange(150), 20, 1)
        called += winner != "popular"
    assert called <= 4  # better by chance in one of forty: more than four has a probability below .005


def test_intervals_draw_customers_not_rows() -> None:
    """Ten rows of each customer that are all alike: the interval is as wide as that of one row each."""
    random = np.random.default_rng(5)
    hits = (random.random(100) < 0.4).astype(np.float32)
    wide = sp.csr_matrix(np.column_stack([hits, 1 - hits]).astype(np.float32))
    many = sp.csr_matrix(np.repeat(wide.toarray(), 10, axis=0))
    widths = []
    for truth, groups in ((wide, np.arange(100)), (many, np.repeat(np.arange(100), 10)), (many, np.arange(1_000))):
        lists = np.zeros((truth.shape[0], 1), dtype=np.int64)
        judged = {"popular": judge(lists, truth, np.ones(truth.shape[0]), np.full(2, 0.5))}
        row = evaluation("next", judged, groups, 2, 1)[0].iloc[0]
        assert row["hit_rate"] == pytest.approx(hits.mean())
        widths.append(row["hit_rate_high"] - row["hit_rate_low"])
    normal = 2 * 1.96 * np.sqrt(hits.mean() * (1 - hits.mean()) / 100)
    assert widths[0] == pytest.approx(normal, rel=0.15) and widths[1] == pytest.approx(widths[0], rel=0.05)
    assert widths[2] < widths[0] / 2 and DRAWS >= 1_000


def test_the_table_of_a_test_has_its_columns_and_shares(found: Recommendation) -> None:
    for test in (found.next_test, found.completion):
        assert tuple(test.table.columns) == EVALUATION
        for name in ("hit_rate", "recall", "mrr", "coverage"):
            assert test.table[name].between(0, 1).all()
        assert (test.table["mrr"] <= test.table["hit_rate"]).all()
    np.testing.assert_allclose(found.completion.table["recall"], found.completion.table["hit_rate"])
