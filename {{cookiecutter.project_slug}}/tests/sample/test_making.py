from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Industry, Source
from customer_analytics.packs import INDUSTRIES, side
from customer_analytics.packs.reading import pack_of
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.sample.world import TOPICS, World

SMALL = {"customers": 300, "language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_gives_the_same_bytes_in_every_file(tmp_path):
    make_sample(tmp_path / "a", seed=3, **SMALL)
    make_sample(tmp_path / "b", seed=3, **SMALL)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


def test_another_seed_gives_another_client(tmp_path):
    make_sample(tmp_path / "a", seed=3, **SMALL)
    make_sample(tmp_path / "b", seed=4, **SMALL)
    first, second = hashes(tmp_path / "a"), hashes(tmp_path / "b")
    assert first.keys() == second.keys()
    # The list of campaigns is the same for every client of an industry.
    assert {name for name in first if first[name] == second[name]} == {"campaigns.xlsx"}


def test_a_topic_draws_the_same_whatever_the_others_drew():
    world = World(100, 5, "en", "retail", "EUR", "UTC")
    alone = world.stream("feedback").random(5)
    for topic in TOPICS:
        world.stream(topic).random(1_000)
    assert np.array_equal(world.stream("feedback").random(5), alone)


def test_files_of_a_longer_sample_do_not_stay_behind(tmp_path):
    make_sample(tmp_path / "raw", seed=3, **SMALL)
    make_sample(tmp_path / "raw", seed=3, days=600, **SMALL)
    make_sample(tmp_path / "fresh", seed=3, days=600, **SMALL)
    assert hashes(tmp_path / "raw") == hashes(tmp_path / "fresh")


def test_files_of_the_client_in_the_same_folder_are_left_alone(tmp_path):
    note = tmp_path / "raw" / "orders" / "read me.txt"
    note.parent.mkdir(parents=True)
    note.write_text("ours", encoding="utf-8")
    make_sample(tmp_path / "raw", seed=3, **SMALL)
    assert note.read_text(encoding="utf-8") == "ours"


@pytest.mark.parametrize("industry", INDUSTRIES)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_sources_validate_and_their_columns_are_in_the_files(tmp_path, industry, language, reader):
    folder = tmp_path / "data" / "raw" / "client"
    arguments = SMALL | {"industry": industry, "language": language, "currency": "CNY", "time_zone": "Asia/Shanghai"}
    made = make_sample(folder, seed=3, **arguments)

    assert {source["table"] for source in made.sources} == set(SCHEMAS) - {"channel_paths"}
    for source in made.sources:
        Source.model_validate(source)
        table = reader(folder, source)
        assert set(source["columns"]) <= set(table.columns)
        assert len(table) == made.rows[source["table"]]


def test_sources_name_the_folder_from_data_on(tmp_path):
    made = make_sample(tmp_path / "data" / "raw" / "data" / "raw" / "sample", seed=3, **SMALL)
    assert made.sources[0]["files"] == "data/raw/sample/customers.csv"


def test_industries_are_those_of_the_engagement():
    assert set(INDUSTRIES) == {industry.value for industry in Industry}


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_word_of_a_pack_has_two_languages_and_occurs_once(industry):
    products = [product for category in pack_of(industry).sample.categories for product in category.listed]
    for language in ("en", "zh_CN"):
        said = [side(product, language) for product in products]
        assert all(said)
        assert len(set(said)) == len(said)
    assert all("|" in product for product in products)


def test_all_bad_arguments_are_named_at_once(tmp_path):
    with pytest.raises(UserError) as caught:
        make_sample(tmp_path, customers=1, seed=-1, language="de", industry="mining", days=30)
    assert [problem.where for problem in caught.value.problems] == ["customers", "seed", "language", "industry", "days"]
    assert list(tmp_path.iterdir()) == []


def test_times_that_no_clock_shows_do_not_occur(tmp_path):
    world = World(100, 5, "en", "retail", "EUR", "Europe/London")
    # British clocks skip from 01:00 to 02:00 on 30 March 2025.
    first, last = (int(np.datetime64(f"2025-03-30T0{hour}:00:00", "s").astype(int)) for hour in (1, 2))
    assert (first, last) in world.gaps
    seconds = np.arange(first - 10, last + 10)
    moved = world.civil(seconds)
    assert not ((moved >= first) & (moved < last)).any()
    assert (np.diff(moved) >= 0).all()
