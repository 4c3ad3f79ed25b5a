"""Persons behind accounts, groups behind customers, sentiments behind words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score


def normalised(kind, value):
    if kind == "phone":
        digits = re.sub(r"\D", "", value)
        return digits.removeprefix("00")
    return value.strip().lower()


@pytest.fixture(scope="module")
def identifiers(client):
    rows = client.table("identities")
    rows["key"] = [f"{k}:{normalised(k, v)}" for k, v in zip(rows["kind"], rows["value"], strict=True)]
    return rows


def clusters(rows, accounts):
    """Cluster number of each account: accounts that share an identifier, and what follows from it."""
    account = pd.Categorical(rows["customer_id"], categories=accounts).codes
    key = pd.factorize(rows["key"])[0] + len(accounts)
    size = key.max() + 1
    graph = coo_matrix((np.ones(len(rows)), (account, key)), shape=(size, size))
    return connected_components(graph, directed=False)[1][: len(accounts)]


def same_partition(a, b):
    pairs = pd.DataFrame({"a": a, "b": b}).drop_duplicates()
    return pairs["a"].is_unique and pairs["b"].is_unique


def test_without_shared_phones_the_identifiers_give_exactly_the_persons(client, identifiers):
    people = client.truth_table("customers")
    truth = client.truth["identity"]
    shared = {account for family in truth["families"] for account in family}
    phones = (identifiers["kind"] == "phone") & identifiers["customer_id"].isin(shared)
    hotline = identifiers["key"] == f"phone:{normalised('phone', truth['hotline']['value'])}"
    found = clusters(identifiers[~phones & ~hotline], people["customer_id"])
    assert same_partition(found, people["person_id"])
    assert people["person_id"].nunique() == truth["persons"]


def test_shared_phones_are_a_trap_that_merges_different_people(client, identifiers):
    people, truth = client.truth_table("customers"), client.truth["identity"]
    found = clusters(identifiers, people["customer_id"])
    assert len(np.unique(found)) < truth["persons"] - 40
    hotline = f"phone:{normalised('phone', truth['hotline']['value'])}"
    on = identifiers.loc[identifiers["key"] == hotline, "customer_id"]
    assert sorted(on) == truth["hotline"]["accounts"]
    assert len(on) >= 40
    person = people.set_index("customer_id")["person_id"]
    for family in truth["families"]:
        assert person[family].is_unique
        phones = identifiers[(identifiers["kind"] == "phone") & identifiers["customer_id"].isin(family)]
        assert phones.groupby("key")["customer_id"].nunique().max() == len(family)


def test_without_normalising_the_spelling_persons_are_missed(client, identifiers):
    people = client.truth_table("customers")
    raw = identifiers.assign(key=identifiers["kind"] + ":" + identifiers["value"])
    raw = raw[raw["kind"].isin(["phone", "email"])]
    neat = identifiers[identifiers["kind"].isin(["phone", "email"])]
    assert len(np.unique(clusters(raw, people["customer_id"]))) > len(np.unique(clusters(neat, people["customer_id"])))


def test_cookies_of_the_identities_are_those_of_the_events(client, identifiers):
    cookies = identifiers[identifiers["kind"] == "cookie"].set_index("value")["customer_id"]
    events = client.table("events").dropna(subset=["customer_id"])
    seen = events[events["visitor_id"].isin(cookies.index)]
    assert len(seen) > 0.6 * len(events)
    agree = cookies[seen["visitor_id"]].to_numpy() == seen["customer_id"].to_numpy()
    assert agree.all()


def test_groups_differ_in_what_they_buy_and_when(client):
    people = client.truth_table("customers").set_index("customer_id")["persona"]
    lines = client.table("order_lines").merge(client.orders[["order_id", "customer_id", "ordered_at"]], on="order_id")
    lines["persona"] = lines["customer_id"].map(people)
    lines = lines.dropna(subset=["persona", "category"])
    shares = pd.crosstab(lines["persona"], lines["category"], normalize="index")
    hours = pd.crosstab(lines["persona"], lines["ordered_at"].dt.hour, normalize="index")
    for name, truth in client.truth["personas"].items():
        if name == "definition":
            continue
        # Planted affinities and the high season move the shares of single categories by some points.
        for category, share in truth["categories"].items():
            assert shares.loc[name, category] == pytest.approx(share, abs=0.12), (name, category)
        favourite = max(truth["categories"], key=truth["categories"].get)
        assert shares.loc[name, favourite] > shares.loc[name].max() - 0.05
        main = [int(hour) for hour in truth["hours"]]
        assert hours.loc[name, main].sum() == pytest.approx(sum(truth["hours"].values()), abs=0.06)


def test_groups_of_frequent_customers_are_found_without_being_told(client):
    orders = client.orders[["order_id", "customer_id", "ordered_at", "discount"]].dropna()
    count = orders.groupby("customer_id").size()
    frequent = count.index[count >= 6]
    lines = client.table("order_lines").merge(orders, on="order_id").dropna(subset=["category"])
    daytime = pd.cut(orders["ordered_at"].dt.hour, [-1, 5, 11, 14, 17, 21, 23], labels=False)
    features = pd.concat(
        [
            pd.crosstab(lines["customer_id"], lines["category"], normalize="index").add_prefix("buys "),
            pd.crosstab(orders["customer_id"], daytime, normalize="index").add_prefix("orders at "),
            (orders["discount"] > 0).groupby(orders["customer_id"]).mean().rename("discount"),
            lines.groupby("customer_id").size().div(count).rename("lines"),
        ],
        axis=1,
    )
    people = client.truth_table("customers").set_index("customer_id")["persona"]
    features = features.loc[features.index.isin(frequent) & features.index.isin(people.index)].dropna()
    scaled = (features - features.mean()) / features.std()
    found = KMeans(5, n_init=10, random_state=0).fit_predict(scaled)
    assert adjusted_rand_score(people[features.index], found) > 0.5


def test_years_of_birth_are_missing_more_often_where_customers_came_offline(client):
    customers = client.table("customers")
    missing = customers["birth_year"].isna()
    offline = customers["acquisition_channel"] == "offline"
    assert missing[offline].mean() > 2 * missing[~offline].mean()


def test_words_follow_the_true_sentiment_in_both_languages(client):
    feedback = client.table("feedback").rename(columns={"ticket": "number"})
    truth = client.truth_table("feedback").set_index("ticket")
    sentiment = truth["sentiment"].reindex(feedback["number"]).to_numpy()
    rating = feedback["rating"].astype(float).groupby(sentiment).mean()
    assert rating["negative"] < rating["neutral"] < rating["positive"]
    chinese = feedback["text"].str.contains(r"[\u4e00-\u9fff]")
    assert (truth["language"].reindex(feedback["number"]).to_numpy() == np.where(chinese, "zh_CN", "en")).all()
    assert not feedback["text"].str.contains(r"[{}]").any()
