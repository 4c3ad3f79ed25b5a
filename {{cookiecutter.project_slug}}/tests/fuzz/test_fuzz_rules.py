"""Rules of the query language as hostile or careless people write them: read or refused, always in bounded time.

tests/analysis/query compares what rules give with a slow reference; here is what can be done to their text and size.
"""

from __future__ import annotations

import gc
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fuzz_size import examples
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.query import Query, parse_value
from customer_analytics.analysis.query.tokens import TokenKind, tokenize
from customer_analytics.analysis.query.vocabulary import RESERVED
from customer_analytics.engagement.errors import UserError

QUERY_TESTS = Path(__file__).parents[1] / "analysis" / "query"
READ = 2.0  # seconds of processor time for a text of 10,000 characters, on a slow machine
ANSWER = 20.0  # for a question of four customers
WIDE = {"(": "（", ")": "）", ",": "，", "=": "＝", "%": "％", "+": "＋", "*": "＊", "<": "＜", ">": "＞"}
GAPS = (" ", "  ", "\n", "\t", "\u3000", "\u00a0", "\r\n  ")
FRAGMENTS = (
    "(", ")", "not ", "-", "- ", "if a then ", "if ", "log(", "round(", "coalesce(1,", "band(a,1,", "rank(",
    "count(orders ", "count(orders where ", "share(orders where a of where ",
    "ordered where ", "ordered within 7 days ", "ordered once ",
    "bought category a ", "top 5% by ", "in (1,", "a in (1) ", "1..2 ", "a ..2 ", "a..", "..", ". ", "a.", "a and ",
    "a or ", "a = ", "a + ", "a * ", "a / ", "1 ", "1,", "'", "''", "'a'", "`a`", "`", "\"", "2025-01-01 ", "since ",
    "between 2025-01-01 and ", "3..5 times ", "30..90 days ago ", "at least ", "at least 3 times ", "exactly ",
    "is not missing ", "starts with ", "held out of ", "in audience a arm b ", "a\n", "海 ", "（", "＝", "9", "99 ",
    "9.", "%",
)  # fmt: skip


@pytest.fixture(scope="session")
def query_tests() -> Callable[[str], ModuleType]:
    """A support module of the query language's own tests."""

    def load(name: str) -> ModuleType:
        specification = importlib.util.spec_from_file_location(f"fuzz_{name}", QUERY_TESTS / f"{name}.py")
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def rules(query_tests: Callable[[str], ModuleType]) -> ModuleType:
    return query_tests("rules")


@pytest.fixture(scope="session")
def tables(query_tests: Callable[[str], ModuleType]) -> Any:
    world = query_tests("world")
    return world.make_tables(world.make_rows(3))[0]


def read(text: str) -> Any:
    """The node of a text, or None where it is refused in a problem that points at a word."""
    gc.disable()  # a process of many tests would collect what the others left, and the text would pay for it
    start = time.thread_time()
    try:
        return parse_value(text, where="rule")
    except UserError as error:
        (problem,) = error.problems
        lines = problem.what.splitlines()
        assert not text.strip() or set(lines[-1].strip()) == {"^"}, problem
        assert len(problem.what) < 1_500
        assert all(sign.isprintable() for line in lines for sign in line), ascii(problem.what)
        return None
    finally:
        took = time.thread_time() - start
        gc.enable()
        assert took < READ


@examples(60, 20_000)
@given(data=st.data())
def test_a_damaged_rule_is_read_as_what_it_says_or_refused(rules: ModuleType, data: st.DataObject) -> None:
    text = str(data.draw(rules.readable()))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4), st.just("")))
        text = text[:place] + piece + text[place + data.draw(st.sampled_from((0, 1, 1, 5))) :]
    node = read(text)
    if node is not None:
        assert parse_value(str(node), where="rule") == node


@examples(60, 20_000)
@given(data=st.data())
def test_capitals_blanks_and_wide_signs_do_not_change_a_rule(rules: ModuleType, data: st.DataObject) -> None:
    node = data.draw(rules.readable())
    text = "".join(_other_hand(str(node), data))
    assert parse_value(text, where="rule") == node, text


def _other_hand(text: str, data: st.DataObject) -> Iterator[str]:
    """The words and signs of a canonical text as somebody else might type them."""
    position = 0
    for token in tokenize(text, "rule"):
        between = text[position : token.place.start]
        yield data.draw(st.sampled_from(GAPS)) if between else ""
        word = text[token.place.start : token.place.end]
        if token.kind is TokenKind.NAME and word in RESERVED and text[position - 1 : position] != ".":
            word = data.draw(st.sampled_from((word, word.upper(), word.capitalize())))
        elif token.kind is TokenKind.SIGN and word in WIDE:
            word = data.draw(st.sampled_from((word, WIDE[word])))
        yield word
        position = token.place.end


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_ten_thousand_characters_of_anything_take_no_time(fragment: str, thorough: bool) -> None:
    others = FRAGMENTS if thorough else ("", "a ")
    for other in others:
        piece = fragment + other
        for text in (piece * (9_900 // len(piece)), "a = " + piece * 300 + "a", piece * 40 + "1" + ")" * 40):
            read(text)


GROWING: dict[str, Callable[[str], str]] = {
    "log": lambda x: f"log({x})",
    "a range": lambda x: f"(if {x} 1..2 then 1 else 0)",
    "band": lambda x: f"(if band({x}, 1, 2, 3, 4, 5, 6, 7, 8) = '<1' then 1 else 0)",
    "a divisor": lambda x: f"(points / {x})",
    "a quotient": lambda x: f"({x} / points)",
    "round": lambda x: f"round({x}, 2)",
    "coalesce": lambda x: f"coalesce({x}, 1)",
    "minus": lambda x: f"-({x})",
    "in": lambda x: f"(if {x} in (1, 2) then 1 else 0)",
    "not": lambda x: f"(if not {x} = 1 then 1 else 0)",
    "known": lambda x: f"(if {x} is known then 1 else 0)",
    "rank": lambda x: f"rank({x})",
    "top": lambda x: f"(if top 20% by {x} then 1 else 0)",
}


@pytest.mark.parametrize("name", GROWING)
def test_what_is_nested_is_answered_or_refused_soon(tables: Any, name: str, thorough: bool) -> None:
    """Each of these once doubled the expression, and a line of 300 letters kept the machine busy for ever."""
    for depth in (2, 9, 12, 16, 22, 45) if thorough else (6, 22) if name not in ("rank", "top") else (3,):
        text = "points"
        for _ in range(depth):
            text = GROWING[name](text)
        within(ANSWER, lambda text=text: Query(tables, {"it": parse_value(text, where="rule")}).values().to_pyarrow())


LONG = " or ".join(f"points = {number}" for number in range(490))
CHAINS: dict[str, dict[str, str]] = {
    "doubled": {"t0": "points"} | {f"t{i + 1}": f"t{i} + t{i}" for i in range(25)},
    "ranges": {"t0": "points"} | {f"t{i + 1}": f"if t{i} 1..2 then 1 else 0" for i in range(12)},
    "a long one named often": {"t0": LONG, "t1": " or ".join(["t0"] * 300)},
    "a long one": {"t0": LONG},
    "a long list": {"t0": f"points in ({', '.join(map(str, range(1400)))})"},
}


@pytest.mark.parametrize("name", CHAINS)
def test_rules_that_name_rules_are_answered_soon(tables: Any, name: str) -> None:
    rules = {tag: parse_value(text, where=tag) for tag, text in CHAINS[name].items()}
    last = list(rules)[-1]
    within(ANSWER, lambda: Query(tables, rules).values([last]).to_pyarrow())
    condition = parse_value(" or ".join([f"{last} = {last}"] * 100), where="audience")
    within(ANSWER, lambda: Query(tables, rules).customers(condition).to_pyarrow())


def within(seconds: float, work: Callable[[], object]) -> None:
    """The work is done, or refused as a user's mistake, in so many seconds of processor time."""
    start = time.process_time()
    try:
        work()
    except UserError as error:
        assert len(str(error)) < 1_500
    assert time.process_time() - start < seconds
