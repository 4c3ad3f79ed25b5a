"""The guide on industry packs: its table is what the packs set, and its own pack loads, makes a client and a funnel."""

from __future__ import annotations

import re
from pathlib import Path

from customer_analytics.analysis import funnel
from customer_analytics.engagement import Project
from customer_analytics.packs import INDUSTRIES
from customer_analytics.packs.reading import pack_of
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

GUIDE = (Path(__file__).parents[1] / "docs" / "guide" / "industry-packs.md").read_text(encoding="utf-8")


def row(industry: str) -> str:
    pack = pack_of(industry)
    nouns = [noun for noun in (pack.words.customer, pack.words.basket) if noun is not None]
    words = ", ".join(f"{noun.en[0]} ({noun.zh_CN})" for noun in nouns) or "customer, basket"
    way = " → ".join(f"`{step.event}`" for step in pack.way)
    values = [
        f"`{report}.{name}` {value}" for report, given in pack.parameters.items() for name, value in given.items()
    ]
    way = way or "by well-known names: view, cart, checkout, payment"
    return f"| {industry} | {words} | {way} | {', '.join(values) or 'none'} |"


def test_the_table_is_what_the_packs_set() -> None:
    for industry in INDUSTRIES:
        assert row(industry) in GUIDE, row(industry)


def test_each_list_is_in_the_guide() -> None:
    for industry in INDUSTRIES:
        for audience in pack_of(industry).audiences.values():
            assert f"| {industry} | {audience.meaning.en} | `{audience.rule}` |" in GUIDE


def test_the_pack_of_the_guide_makes_a_client_whose_funnel_is_found(tmp_path: Path) -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "travel.yml").write_text(written, encoding="utf-8")
    settings = tmp_path / "engagement.yml"
    settings.write_text(
        "client: A\nconsultancy: B\nindustry: local_services\npack: packs/travel.yml\n", encoding="utf-8"
    )
    engagement = Project.find(tmp_path).engagement
    assert engagement.industry_pack.wording("en").nouns[:2] == (("customers", "travellers"), ("customer", "traveller"))
    assert engagement.reports.retention.horizon_months == 24

    from customer_analytics.engagement.writing import write_sources

    made = make_sample(
        tmp_path / "data" / "raw" / "sample", customers=200, seed=5, days=560, pack=engagement.industry_pack
    )
    write_sources(settings, made.sources, as_of=made.as_of)
    project = Project.find(tmp_path)
    load(project)
    tables = open_tables(project)
    assert "Airport transfer" in set(tables["products"].to_pandas()["name"])
    result = funnel.analyse(tables, project.engagement.reports.funnel)
    assert list(result.definition.labels) == ["search_trip", "hold_seat", "trip_booked", "departed"]
    assert result.definition.window_days == 150
