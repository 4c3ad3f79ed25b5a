"""A text is hostile until proven otherwise: a clear error at once, pointing at the word; never code, never SQL."""

from __future__ import annotations

import gc
import time
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.query import Query, parse_condition, parse_value
from customer_analytics.engagement.errors import UserError

AT_ONCE = 0.05  # seconds of processor time

HOSTILE = {
    "quotes": ("region = 'North", "column 10", "never closed"),
    "sql comment": ("region = 'x' /* drop */", "column 15", "expected"),
    "sql statement": ("gender = 'F'; DROP TABLE customers", "column 13", "`;`"),
    "sql or true": ("region = '' or 1=1 union select 1", "column 20", "expected"),
    "python": ("__import__('os').system('id')", "column 1", "no function `__import__`"),
    "lambda": ("(lambda: 0)()", "column 8", "has no meaning"),
    "f-string braces": ("region = {x}", "column 10", "has no meaning"),
    "a thousand parentheses": ("(" * 1000 + ")" * 1000, "column 51", "nested"),
    "a thousand closings": (")" * 1000, "column 1", "expected"),
    "a thousand nots": ("not " * 1000 + "a", "column", "nested"),
    "a thousand minuses": ("1 = " + "- " * 1000 + "1", "column", "nested"),
    "a thousand ifs": ("if " * 1000, "column", "nested"),
    "a thousand functions": ("log(" * 1000, "column", "nested"),
    "a thousand verbs": ("ordered where " * 1000, "column", ""),
    "a long sum": ("1 = " + "1 + " * 1000 + "1", "column", "terms"),
    "a thousand words": ("a " * 1400, "column 3", "expected"),
    "emoji": ("region = 🎉", "column 10", "has no meaning"),
    "emoji family": ("👨‍👩‍👧 = 1", "column 1", "has no meaning"),
    "NUL": ("region = 'a\0b'", "column 12", "U+0000"),
    "NUL outside": ("region\0= 'a'", "column 7", "U+0000"),
    "right-to-left override": ("region = '\u202eabc'", "column 11", "U+202E"),
    "right-to-left mark": ("region \u200f= 'a'", "column 8", "U+200F"),
    "zero width space": ("reg\u200bion = 'a'", "column 4", "U+200B"),
    "byte order mark": ("\ufeffregion = 'a'", "column 1", "U+FEFF"),
    "lone surrogate": ("region = '\ud800'", "column 11", "U+D800"),
    "five megabytes": ("x" * 5_000_000, "column 1", "5,000,000 characters"),
    "five megabytes of quotes": ("'" * 5_000_000, "column 1", "5,000,000 characters"),
    "a long name": ("x" * 9_999, "column 1", "too long"),
    "a long number": ("1 = " + "9" * 400, "column 5", "digits"),
    "a long date": ("since 99999-01-01", "column 1", "expected"),
    "no day": ("ordered since 2025-02-30", "column 15", "no day 2025-02-30"),
    "far day": ("ordered since 9999-12-31", "column 15", "years run"),
    "a window beyond time": ("ordered within 99999999 days", "column 16", "whole number"),
    "half a customer": ("top 0.5 by revenue", "column 5", "whole number"),
    "more than all": ("top 120% by revenue", "column 5", "100%"),
    "nothing": ("  \n ", "column", "nothing"),
    "template": ("region = '{{ cookiecutter }}", "column 10", "never closed"),
    "path": ("../../etc/passwd", "column 1", "expected"),
    "backslash": ("region = 'a' \\ x", "column 14", "has no meaning"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_gets_a_clear_error_at_once_that_points_at_the_word(name: str) -> None:
    text, column, words = HOSTILE[name]
    gc.disable()  # a process of many tests would collect what the others left, and the text would pay for it
    try:
        start = time.thread_time()
        with pytest.raises(UserError) as caught:
            parse_condition(text, where="audience")
        took = time.thread_time() - start
    finally:
        gc.enable()
    assert took < AT_ONCE
    (problem,) = caught.value.problems
    assert column in problem.where and words in problem.what
    lines = problem.what.splitlines()
    assert set(lines[-1].strip()) == {"^"} and len(lines[-2]) <= 100
    assert all(character.isprintable() for line in lines for character in line)


@given(text=st.text(min_size=1, max_size=200))
@settings(max_examples=400)
def test_any_text_is_read_or_refused_but_never_fails_otherwise(text: str) -> None:
    try:
        node = parse_value(text, where="rule")
    except UserError as error:
        assert "^" in str(error)
    else:
        assert parse_value(str(node), where="rule") == node


SENTENCE = """
and or not ( ) in region = 'x' 3 .. 20 % where ordered within days top by count ( orders . if then else 2025-01-01
at least times bought category held out of , - + * is known between since ago share of prior first
"""
WORDS = st.sampled_from(SENTENCE.split())


@given(words=st.lists(WORDS, min_size=1, max_size=14))
@settings(max_examples=400)
def test_words_of_the_language_in_any_order_never_fail_otherwise(words: list[str]) -> None:
    try:
        node = parse_value(" ".join(words), where="rule")
    except UserError as error:
        assert "^" in str(error)
    else:
        assert parse_value(str(node), where="rule") == node


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "'; DROP TABLE customers; --", "%", "_", "{x}", "$1", ":a", "\\'", "🎉"]
)
def test_a_hostile_value_in_quotes_is_only_a_value(world: ModuleType, value: str) -> None:
    rows = world.make_rows(1)
    for row in rows["customers"]:
        row["region"] = value if row["customer_id"] == "c0" else "other"
    tables, _ = world.make_tables(rows)
    quoted = "'" + value.replace("'", "''") + "'"
    for condition in (
        f"region = {quoted}",
        f"region in ({quoted})",
        f"region contains {quoted}",
        f"`region` starts with {quoted}",
    ):
        found = Query(tables).customers(parse_condition(condition, where="audience"))
        assert found.to_pyarrow()["customer_id"].to_pylist() == ["c0"], condition
    assert tables["customers"].count().to_pyarrow().as_py() == len(rows["customers"])


def test_the_picture_of_a_chinese_line_has_its_caret_under_the_word() -> None:
    with pytest.raises(UserError) as caught:
        parse_condition("地区 = '上海' 和 gender = 'F'", where="audience")
    line, caret = str(caught.value).splitlines()[-2:]
    before = line[: line.index("和")]
    assert len(caret) - len(caret.lstrip()) == sum(2 if ord(character) > 0x2E80 else 1 for character in before)


def test_a_mistake_in_the_third_line_shows_the_third_line_only() -> None:
    text = "region = 'North'\n  and age >= 30\n  and ordrd within 7 days"
    with pytest.raises(UserError) as caught:
        parse_condition(text, where="tags.yml, line 12")
    message = str(caught.value)
    assert "line 3, column 7" in message and "`ordered`" in message and "North" not in message
