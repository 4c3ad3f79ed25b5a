"""docs/guide/questions.md: every example is read as it says, and the command's own examples too."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from customer_analytics.analysis.query import parse_condition
from customer_analytics.questions.examples import EXAMPLES
from customer_analytics.questions.reading import read_question
from customer_analytics.questions.vocabulary import Known, vocabulary

GUIDE = (Path(__file__).parents[1] / "docs" / "guide" / "questions.md").read_text(encoding="utf-8")
LINES = [
    tuple(line.split(" => "))
    for block in re.findall(r"```question\n(.*?)```", GUIDE, re.DOTALL)
    for line in block.splitlines()
]
AS_OF = dt.date(2026, 6, 30)
WORDS = vocabulary(
    Known(
        facts={
            "gender": ("F", "M"),
            "region": ("North", "South", "华东"),
            "acquisition_channel": ("organic", "paid search"),
            "rfm_group": ("champions", "核心客户"),
            "stage": ("sleeping",),
            "value_tier": ("high", "low"),
            "phase": ("warning",),
        },
        goods=(("category", "Tea"), ("category", "Coffee"), ("campaign", "Spring")),
        flags=("one_time_buyer",),
    ),
    None,
)


def test_the_guide_has_examples() -> None:
    assert len(LINES) > 30


@pytest.mark.parametrize(("question", "condition"), LINES, ids=[line[0] for line in LINES])
def test_an_example_means_what_the_guide_says(question: str, condition: str) -> None:
    assert read_question(question, WORDS, AS_OF).condition == str(parse_condition(condition, where="guide"))


@pytest.mark.parametrize("question", [one for examples in EXAMPLES.values() for one in examples])
def test_an_example_of_the_command_is_read(question: str) -> None:
    assert read_question(question, WORDS, AS_OF).condition
