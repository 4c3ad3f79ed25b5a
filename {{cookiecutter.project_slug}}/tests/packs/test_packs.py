"""The shipped packs are sound, an own pack lies on top, what engagement.yml says wins, and mistakes have their line."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import customer_analytics
from customer_analytics.analysis.funnel.known import stage_of
from customer_analytics.engagement import EngagementError, Project
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.language import Language
from customer_analytics.packs import INDUSTRIES
from customer_analytics.packs.model import ROLES
from customer_analytics.packs.reading import pack_of, pack_text, read_pack
from customer_analytics.packs.wording import english, reworded
from customer_analytics.pipeline.cache import engagement_facts
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.settings_of_run import settings_kept
from customer_analytics.report.report_names import report_name

HEAD = "client: Acme\nconsultancy: Us\n"
LOCALE = Path(customer_analytics.__file__).parent / "locale" / "zh_CN"
STAGES = ("visit", "search", "view", "cart", "checkout", "pay", "register")


def messages() -> Iterator[tuple[str, str]]:
    for path in sorted(LOCALE.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if isinstance(message.id, str) and message.id:
                    yield message.id, str(message.string)


ALL = list(messages())


def project(folder: Path, text: str, pack: str | None = None) -> Project:
    (folder / "packs").mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yml").write_text(HEAD + text, encoding="utf-8")
    if pack is not None:
        (folder / "packs" / "own.yml").write_text(pack, encoding="utf-8")
    return Project.find(folder)


def problems(folder: Path, pack: str) -> list[str]:
    with pytest.raises(EngagementError) as caught:
        project(folder, "pack: packs/own.yml\n", pack)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_a_shipped_pack_is_valid_and_its_site_is_understood(industry: str) -> None:
    pack = pack_of(industry)
    assert set(pack.events) == set(ROLES)
    known = {role: stage_of(name) for role, name in pack.events.items()}
    understood = {role: stage for role, stage in known.items() if stage}
    assert {"view", "payment"} <= set(understood)
    assert all(stage in (*STAGES, "contact", "details", "order") for stage in understood.values())
    assert pack.audiences
    assert len(pack.way) in ((0,) if industry == "retail" else (4,))
    assert sum(step.weak for step in pack.way) == (0 if industry == "retail" else 1)


def test_retail_is_what_our_own_words_and_defaults_are_made_for() -> None:
    pack = pack_of("retail")
    assert pack.defaults == {}
    assert pack.wording("en").nouns == pack.wording("zh_CN").nouns == ()


@pytest.mark.parametrize("industry", INDUSTRIES)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_message_keeps_its_fields_and_its_articles(industry: str, language: str) -> None:
    nouns = pack_of(industry).wording(language).nouns
    new = {said for _, said in nouns}
    for source, target in ALL:
        message = target if language == "zh_CN" else source
        told = reworded(message, nouns)
        assert list(string.Formatter().parse(told)) and [f[1:] for f in string.Formatter().parse(told)] == [
            f[1:] for f in string.Formatter().parse(message)
        ], message
        if language == "en":
            for article, word in re.findall(r"\b(an?) (\w+)", told, re.IGNORECASE):
                if word.lower() in new:
                    assert (article.lower() == "an") == (word[0].lower() in "aeio"), told  # of ours with u: a user


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("A customer of {customer} and its customers", "An account of {customer} and its accounts"),
        ("Customers; customer's; a customer", "Accounts; account's; an account"),
        (
            "customers.region, customer_id, `customers`, {customers:>3}",
            "customers.region, customer_id, `customers`, {customers:>3}",
        ),
        ("The customers.", "The accounts."),
        ("the order of steps, one order", "the order of steps, one order"),
    ],
)
def test_nouns_are_exchanged_and_nothing_else(message: str, told: str) -> None:
    nouns = english({"customer": ("account", "accounts"), "order": ("deal", "deals")})
    assert reworded(message, nouns) == told


def test_values_are_never_touched() -> None:
    language = Language("en", "EUR", pack_of("education").wording("en"))
    assert language.say("{n} customers of {client}", n="3", client="Customer {customers}") == (
        "3 learners of Customer {customers}"
    )
    chinese = Language("zh_CN", "CNY", pack_of("education").wording("zh_CN"))
    assert chinese.say("customers") == "学员"
    assert reworded("客户端的 3 件商品，客户经理", chinese.wording.nouns) == "客户端的 3 门课程，客户经理"


def test_titles_are_the_industrys() -> None:
    assert report_name("basket_rules", Language("en", "EUR", pack_of("education").wording("en"))) == (
        "Courses taken together"
    )
    assert report_name("basket_rules", Language()) == "Basket rules"


class TestPrecedence:
    OWN = "parameters:\n  retention: {period: day}\n  campaign_evaluation: {window_days: 9}\n"

    def test_default_then_industry_then_own_pack_then_file_then_option(self, tmp_path: Path) -> None:
        assert project(tmp_path, "industry: retail\n").engagement.reports.retention.period == "auto"
        assert project(tmp_path, "industry: education\n").engagement.reports.retention.period == "week"
        own = "industry: education\npack: packs/own.yml\n"
        under = project(tmp_path, own, self.OWN).engagement
        assert (under.reports.retention.period, under.reports.campaign_evaluation.window_days) == ("day", 9)
        assert under.reports.funnel.usual_window_days == 120  # what the own pack does not say is the industry's
        assert under.from_pack("retention") == ("period",)
        said = project(tmp_path, own + "reports:\n  retention: {period: auto}\n", self.OWN)
        assert said.engagement.reports.retention.period == "auto"  # also where it says the default
        assert said.engagement.from_pack("retention") == ()

    def test_a_run_may_say_otherwise_and_the_cache_knows(self, tmp_path: Path) -> None:
        opened = project(tmp_path, "industry: education\npack: packs/own.yml\n", self.OWN)
        notebooks = Path(__file__).parents[2] / "notebooks"
        opened.notebooks.mkdir()
        for path in notebooks.glob("*.ipynb"):
            (opened.notebooks / path.name).write_bytes(path.read_bytes())
        plan = make_plan(opened, reports=["retention"], parameters={"period": "month"})
        assert (plan.reports[0].given, plan.reports[0].resolved["period"]) == ({"period": "month"}, "month")
        before = engagement_facts(opened, "retention")
        again = project(tmp_path, "industry: education\npack: packs/own.yml\n", self.OWN + "# words\n")
        assert engagement_facts(again, "retention") != before

    def test_a_run_keeps_the_own_pack_of_its_beginning(self, tmp_path: Path) -> None:
        opened = project(tmp_path, "pack: packs/own.yml\n", self.OWN)
        with settings_kept(opened, tmp_path):
            (tmp_path / "packs" / "own.yml").write_text("parameters: {retention: {period: month}}\n", encoding="utf-8")
            assert Project.find(tmp_path).engagement.reports.retention.period == "day"
        assert Project.find(tmp_path).engagement.reports.retention.period == "month"
        assert {path.name for path in tmp_path.iterdir()} == {"engagement.yml", "packs"}


class TestMistakes:
    def test_all_come_at_once_with_their_lines(self, tmp_path: Path) -> None:
        found = problems(
            tmp_path,
            "nam: {en: A, zh_CN: B}\n"
            "parameters:\n"
            "  retentoin: {period: day}\n"
            "  rfm: {binz: 3, bins: 99}\n"
            "events: {landing: a}\n"
            "way:\n"
            "  - {event: a, share: 2}\n",
        )
        text = "\n".join(found)
        assert "packs/own.yml, line 1, column 1: there is no key 'nam'. Did you mean name?" in text
        assert "line 3" in text and "there is no report 'retentoin'. Did you mean retention?" in text
        assert "line 4" in text and "rfm has no parameter 'binz'. Did you mean bins?" in text
        assert "must be at most 10" in text
        assert "line 5" in text and "lacks the role view" in text
        assert "line 7" in text and "must be at most 1" in text

    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ("way: [{event: a}]\n", "one step makes no funnel"),
            ("way: [{event: a}, {event: b, also: [a]}]\n", "the event 'a' is named twice"),
            ("way: [{event: x}, {event: search}]\n", "the event 'search' is named twice"),
            ("titles: {rmf: {en: A, zh_CN: B}}\n", "there is no report 'rmf'"),
            ("words: {customer: {en: [one], zh_CN: x}}\n", "words.customer.en"),
            ("name: *a\n", "packs/own.yml"),
            ("", "packs/own.yml"),
        ],
    )
    def test_each_is_told(self, tmp_path: Path, text: str, part: str) -> None:
        assert any(part in line for line in problems(tmp_path, text)), problems(tmp_path, text)

    def test_a_pack_that_is_not_there_or_lies_elsewhere(self, tmp_path: Path) -> None:
        for named, part in (("packs/none.yml", "there is no file"), ("../own.yml", "inside the project")):
            with pytest.raises(EngagementError, match=part) as caught:
                project(tmp_path, f"pack: {named}\n")
            assert "line 3" in str(caught.value)


def test_the_shipped_file_is_where_an_own_one_may_begin(tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    path.write_text(pack_text("b2b"), encoding="utf-8")
    assert read_pack(path, "retail").way == pack_of("b2b").way
    text = HEAD + "industry: b2b\n"
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    assert read_engagement(tmp_path / "engagement.yml").industry_pack == pack_of("b2b")
