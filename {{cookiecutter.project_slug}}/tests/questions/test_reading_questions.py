"""The grammar of questions: what each phrase means, what is refused, and that nothing is dropped."""

# ruff: noqa: E501  -- questions and what they become, side by side
from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.query import parse_condition
from customer_analytics.engagement.errors import UserError
from customer_analytics.questions.reading import read_question
from customer_analytics.questions.scanning import LONGEST, scan
from customer_analytics.questions.vocabulary import Known, vocabulary

AS_OF = dt.date(2026, 6, 30)
KNOWN = Known(
    facts={
        "gender": ("F", "M"),
        "region": ("North", "South", "华东"),
        "acquisition_channel": ("organic", "paid search"),
        "rfm_group": ("champions",),
        "value_tier": ("high", "low"),
        "phase": ("warning",),
    },
    goods=(("category", "Tea"), ("category", "Coffee"), ("product", "Earl grey"), ("campaign", "Spring"),
           ("event", "add_to_cart")),
    flags=("one_time_buyer",),
)  # fmt: skip
WORDS = vocabulary(KNOWN, None)


def condition(question: str) -> str:
    return read_question(question, WORDS, AS_OF).condition


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "who was active in the last 7 days, did not order, and is a woman born 1995 to 1999?",
            "active within 7 days and not ordered within 7 days and gender = 'F' and birth_year 1995..1999",
        ),
        (
            "最近7天活跃但没有下单的95后女性有谁？",
            "active within 7 days and not ordered within 7 days and birth_year 1995..1999 and gender = 'F'",
        ),
        ("women in the North or South", "gender = 'F' and region in ('North', 'South')"),
        ("neither women nor from the North", "not gender = 'F' and not region = 'North'"),
        ("who bought Tea but not Coffee", "bought category 'Tea' and not bought category 'Coffee'"),
        ("ordered at least 3 times in the last 6 months", "ordered at least 3 times within 6 months"),
        ("customers who ordered twice", "ordered exactly 2 times"),
        ("近三十天下单两次以上", "ordered at least 2 times within 30 days"),
        ("下单至少三次", "ordered at least 3 times"),
        ("消费超过1,000元的女性", "revenue > 1000 and gender = 'F'"),
        ("spent more than 500 in the last 90 days", "sum(purchases.net within 90 days) > 500"),
        ("aged 25 to 34", "age 25..34"),
        ("over 40 years old", "age 41.."),
        ("women under 30", "gender = 'F' and age < 30"),
        ("30岁以上", "age 30.."),
        ("25到34岁的客户", "age 25..34"),
        ("Gen Z", "birth_year 1997..2012"),
        ("Z世代", "birth_year 1995..2009"),
        ("90后", "birth_year 1990..1999"),
        ("00后", "birth_year 2000..2009"),
        ("born in the 1990s", "birth_year 1990..1999"),
        ("top 10% by revenue", "top 10% by revenue"),
        ("消费前10%", "top 10% by revenue"),
        ("bottom 20% by orders", "bottom 20% by orders"),
        ("registered last month", "registered between 2026-05-01 and 2026-05-31"),
        ("上个月注册", "registered between 2026-05-01 and 2026-05-31"),
        ("本月下单", "ordered since 2026-06-01"),
        ("半年没有下单", "not ordered within 6 months"),
        ("ordered since 2026-01-01", "ordered since 2026-01-01"),
        ("今年注册但从未下单", "registered since 2026-01-01 and not ordered"),
        ("opened the Spring campaign but did not click", "opened campaign 'Spring' and not clicked campaign 'Spring'"),
        ("add to cart in the last 3 days", "did 'add_to_cart' within 3 days"),
        ("customers from paid search", "acquisition_channel = 'paid search'"),
        ("region '华东'", "region = '华东'"),
        ("华东的高价值客户", "region = '华东' and value_tier = 'high'"),
        ("high value customers at risk of churn", "value_tier = 'high' and phase = 'warning'"),
        ("average order above 50", "average_order > 50"),
        ("how many customers are there", "true"),
    ],
)  # fmt: skip
def test_a_question_means_a_condition(question: str, expected: str) -> None:
    assert condition(question) == str(parse_condition(expected, where="test"))


@pytest.mark.parametrize(
    ("question", "asks", "group", "order"),
    [
        ("how many women", "count", "", ""),
        ("how much revenue did women bring", "revenue", "", ""),
        ("what share of customers ordered in the last 30 days", "share", "", ""),
        ("Which region has the most customers?", "who", "region", "most"),
        ("Which channel brings the most revenue?", "who", "acquisition_channel", "most revenue"),
        ("women by region", "who", "region", ""),
        ("哪个地区的客户最多", "who", "region", "most"),
        ("各渠道的收入", "revenue", "acquisition_channel", ""),
        ("女性有多少", "count", "", ""),
    ],
)
def test_a_question_asks_for_something(question: str, asks: str, group: str, order: str) -> None:
    read = read_question(question, WORDS, AS_OF)
    assert (read.asks, read.group, read.order) == (asks, group, order)


def test_a_carried_time_is_told() -> None:
    read = read_question("active in the last 7 days and did not order", WORDS, AS_OF)
    assert [one.carried for one in read.understood] == [False, True]
    assert [one.phrase for one in read.understood] == ["active in the last 7 days", "did not order"]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("who is purpel", '"purpel" at letter 8 is not understood'),
        ("womman in the North", 'The nearest that is: "woman"'),
        ("火星的客户", '"火星" at letter 1'),
        ("women in the last 7 days", "says when, but not what was done then"),
        ("women by tenure", "asks for groups, but not of what"),
        ("women with a tenure", "named without a number"),
        ("who did not", "has nothing after it"),
        ("what is the average order of women under 30", "named without a number"),
        ("customers by", "asks for groups, but not of what"),
        ("", "is empty"),
        ("?!", "is empty"),
        ("a" * (LONGEST + 1), "letters"),
    ],
)
def test_what_lies_outside_is_refused(question: str, says: str) -> None:
    with pytest.raises(UserError) as error:
        condition(question)
    assert says in str(error.value)


TIMES = {
    "": ("", ""), "within 7 days": ("in the last 7 days", "最近7天"), "within 3 months": ("in the last 3 months", "过去三个月"),
    "since 2026-06-01": ("this month", "本月"), "since 2025-01-31": ("since 2025-01-31", "2025-01-31以来"),
}  # fmt: skip
OFTEN = {
    "": ("", ""), "at least 3 times": ("at least 3 times", "至少3次"), "exactly 2 times": ("twice", "两次"),
    "at most 2 times": ("at most 2 times", "最多2次"),
}  # fmt: skip
ACTS = {"ordered": ("ordered", "下单"), "visited": ("visited", "访问"), "returned goods": ("returned goods", "退货"),
        "active": ("were active", "活跃")}  # fmt: skip
STATES = {
    "gender = 'F'": ("women", "女性"), "age 25..34": ("aged 25 to 34", "25到34岁"), "revenue > 500": ("revenue over 500", "消费超过500元"),
    "top 10% by revenue": ("top 10% by revenue", "消费前10%"), "birth_year 1995..1999": ("born 1995 to 1999", "95后"),
    "region = 'North'": ("from the North", "North"), "value_tier = 'high'": ("high value", "高价值"), "one_time_buyer": ("one-time buyers", "只买过一次"),
}  # fmt: skip


@st.composite
def phrase(draw: st.DrawFn) -> tuple[str, str, str]:
    """(condition, in English, in Chinese)"""
    negated = draw(st.booleans())
    if draw(st.booleans()):
        rule = draw(st.sampled_from(sorted(STATES)))
        english, chinese = STATES[rule]
    else:
        act, often, when = (draw(st.sampled_from(sorted(table))) for table in (ACTS, OFTEN, TIMES))
        rule = " ".join(part for part in (act, often, when) if part)
        times = TIMES[when] if when else ("ever", "历史上")  # without it the time before would hold
        english = " ".join(part for part in (ACTS[act][0], OFTEN[often][0], times[0]) if part)
        chinese = f"{times[1]}{'没有' if negated else ''}{ACTS[act][1]}{OFTEN[often][1]}"
        return (f"not {rule}", f"not {english}", chinese) if negated else (rule, english, chinese)
    return (f"not {rule}", f"not {english}", f"不是{chinese}") if negated else (rule, english, chinese)


@given(st.lists(phrase(), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_phrases_come_back_as_the_conditions_they_were_made_of(parts: list[tuple[str, str, str]]) -> None:
    parts = list({rule.removeprefix("not "): part for part in parts for rule in [part[0]]}.values())
    expected = str(parse_condition(" and ".join(rule for rule, _, _ in parts), where="test"))
    assert condition("customers who " + ", ".join(english for _, english, _ in parts) + "?") == expected
    assert condition("，".join(chinese for _, _, chinese in parts) + "的客户有谁？") == expected


PIECES = [
    *WORDS.phrases,
    "7",
    "%",
    "95后",
    "last",
    "days",
    "'",
    '"',
    "(",
    "二十",
    "万",
    "born",
    "..",
    "\u202e",
    "'; drop",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map(" ".join))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused(question: str) -> None:
    try:
        read = read_question(question, WORDS, AS_OF)
    except UserError:
        return
    assert str(parse_condition(read.condition, where="test")) == read.condition


@given(st.lists(st.sampled_from(sorted(WORDS.phrases)), min_size=1, max_size=8).map(" ".join))
@settings(max_examples=60, deadline=None)
def test_pieces_cover_the_whole_question(question: str) -> None:
    try:
        read, pieces = scan(question, WORDS, AS_OF)
    except UserError:
        return
    covered = {place for piece in pieces for place in range(piece.start, piece.end)}
    assert all(letter == " " or place in covered for place, letter in enumerate(read.text))


@pytest.mark.parametrize("letters", ["9", "一", "a ", "或", "'", "last ", "1,", "最近"])
def test_the_longest_question_is_read_or_refused(letters: str) -> None:
    with pytest.raises(UserError):
        condition((letters * LONGEST)[:LONGEST])
