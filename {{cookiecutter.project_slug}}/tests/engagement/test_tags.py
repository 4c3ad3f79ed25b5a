"""tags.yml: what is read, and every mistake with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Industry
from customer_analytics.engagement.tags import Refresh, TagCatalogue, TagClass, Words, read_tags

SHIPPED = Path(__file__).parents[2] / "tags.yml"
TOP = "owner: analytics\nrefresh: monthly\ntags:\n"  # entries begin in line 4
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def entry(name: str, **more: str) -> str:
    """One tag of a class, seven lines and one for each further key."""
    given = {"label": "A label", "meaning": "A meaning.", "rule": "gender", "source": "customers"} | more
    return f"    {name}:\n" + "".join(f"      {key}: {value}\n" for key, value in given.items())


def read(folder: Path, text: str) -> TagCatalogue:
    path = folder / "tags.yml"
    path.write_text(text, encoding="utf-8")
    return read_tags(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    return [str(problem) for problem in caught.value.problems]


def test_a_tag_inherits_owner_and_refresh_and_says_its_line(tmp_path: Path) -> None:
    text = TOP + "  base:\n" + entry("sex") + "  risk:\n" + entry("late", owner="sales", refresh="daily")
    sex, late = read(tmp_path, text).tags
    assert (sex.owner, sex.refresh, sex.tag_class) == ("analytics", Refresh.MONTHLY, TagClass.BASE)
    assert (late.owner, late.refresh, late.tag_class) == ("sales", Refresh.DAILY, TagClass.RISK)
    assert sex.where == "tags.yml, line 8, tag sex", "the line of the rule"
    assert sex.entry.industries == list(Industry)


def test_one_text_stands_for_both_languages(tmp_path: Path) -> None:
    (tag,) = read(tmp_path, TOP + "  base:\n" + entry("a", meaning="{en: Yes, zh_CN: 是}")).tags
    assert tag.entry.label == Words(en="A label", zh_CN="A label")
    assert (tag.entry.meaning.en, tag.entry.meaning.zh_CN) == ("Yes", "是")


def test_all_mistakes_come_at_once_with_their_lines_and_what_was_meant(tmp_path: Path) -> None:
    text = (
        TOP
        + "  behavior:\n"  # 4
        + entry("a")  # 5-9
        + "  base:\n"  # 10
        + entry("b", source="custmers", refresh="hourly")  # 11-16
        + entry("c", industries="[retail, banking]", persona="perhaps")  # 17-23
        + entry("2nd")  # 24
        + entry("d", rulle="x")  # 29-34
    )
    found = problems(tmp_path, text)
    assert len(found) == 7
    assert [int(re.search(r"line (\d+)", line)[1]) for line in found] == [4, 15, 16, 22, 23, 24, 34]  # type: ignore[index]
    assert "behavior'. Did you mean behaviour?" in found[0]
    assert "no such table: 'custmers'. Did you mean customers?" in found[1]
    assert "hourly" in found[2] and "daily" in found[2]
    assert "must be true or false" in found[4]
    assert "'2nd' cannot be the name of a tag" in found[5]
    assert "rulle'. Did you mean rule?" in found[6]


def test_a_name_given_twice_is_found_within_a_class_and_across_classes(tmp_path: Path) -> None:
    text = TOP + "  base:\n" + entry("a") + entry("a") + "  risk:\n" + entry("A")
    same_class, other_class = problems(tmp_path, text)
    assert "'a' is given twice, first in line 5" in same_class
    assert "line 16" in other_class and "'A' is given twice, first in line 5, class base" in other_class


@pytest.mark.parametrize("name", ["with space", '"a-b"', '"_x"', '"=1+1"', '"🙂"', "a" * 61, '"a.b"'])
def test_a_name_that_no_rule_could_use_is_refused(tmp_path: Path, name: str) -> None:
    assert "cannot be the name of a tag" in problems(tmp_path, TOP + "  base:\n" + entry(name))[0]


@pytest.mark.parametrize("name", ["age", "客户等级", "größe_2", "x" * 60])
def test_names_in_any_script_are_allowed(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, TOP + "  base:\n" + entry(name))[name].name == name


def test_a_pattern_needs_a_column_and_its_value_in_the_rule(tmp_path: Path) -> None:
    text = TOP + "  interest:\n" + entry("a", for_each="categories") + entry("b", at_most="3")
    text += entry("c", for_each="orders.channel", at_most="99")
    found = " ".join(problems(tmp_path, text))
    assert "must be a table and a column, not 'categories'" in found
    assert "does not say `each`" in found
    assert "at_most: does nothing without for_each" in found
    assert "at most 50" in found


def test_what_a_tag_lacks_is_named_with_what_it_is_for(tmp_path: Path) -> None:
    found = problems(tmp_path, TOP + "  base:\n    a:\n      label: A\n")
    assert [line.split(": ", 1)[1].split(" is missing")[0] for line in found] == [
        "tags.base.a.meaning",
        "tags.base.a.rule",
        "tags.base.a.source",
    ]
    assert all("It is: " in line for line in found)


@pytest.mark.parametrize("text", ["", "tags: []\nowner: a\n", "- a\n", "owner: a\ntags:\n  base: 3\n", "\x00", "a: *x"])
def test_a_file_of_another_shape_is_refused_in_words(tmp_path: Path, text: str) -> None:
    assert all(line.startswith("tags.yml") for line in problems(tmp_path, text))


def test_a_value_put_into_words_is_not_looked_at() -> None:
    words = Words(en="Taste for {each}", zh_CN="偏好 {each}").put("{each}", "{0} {each} %s </script>")
    assert words.en == "Taste for {0} {each} %s </script>"


class TestTheShippedCatalogue:
    catalogue = read_tags(SHIPPED)

    def test_every_class_has_its_tags_and_there_are_enough(self) -> None:
        classes = [tag.tag_class for tag in self.catalogue.tags]
        assert len(classes) >= 60
        assert all(classes.count(tag_class) >= 10 for tag_class in TagClass)

    def test_every_industry_has_at_least_sixty(self) -> None:
        for industry in Industry:
            assert sum(industry in tag.entry.industries for tag in self.catalogue.tags) >= 60

    def test_every_word_is_there_in_chinese_and_says_more_than_the_english(self) -> None:
        for tag in self.catalogue.tags:
            for words in (tag.entry.label, tag.entry.meaning, *tag.entry.values.values()):
                assert CHINESE.search(words.zh_CN), f"{tag.name}: {words.zh_CN}"
                assert not CHINESE.search(words.en), f"{tag.name}: {words.en}"

    def test_labels_are_short_enough_for_a_chart_and_told_apart(self) -> None:
        for language in ("en", "zh_CN"):
            labels = [getattr(tag.entry.label, language) for tag in self.catalogue.tags]
            assert max(map(len, labels)) <= 40
            assert len(set(labels)) == len(labels)

    def test_sensitive_tags_never_form_personas(self) -> None:
        assert not [tag.name for tag in self.catalogue.tags if tag.entry.sensitive and tag.entry.persona]
        sensitive = {tag.name for tag in self.catalogue.tags if tag.entry.sensitive}
        assert sensitive >= {"gender", "age", "age_band", "birth_cohort", "income_band", "occupation"}

    def test_patterns_show_the_value_in_their_labels(self) -> None:
        for tag in self.catalogue.tags:
            shown = "{each}" in tag.entry.label.en and "{each}" in tag.entry.label.zh_CN
            assert shown == (tag.entry.for_each is not None), tag.name
