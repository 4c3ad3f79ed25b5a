"""How long they stay, in words: every part in both languages, hostile names, and what is said of nothing."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis import hazard
from customer_analytics.analysis.churn.study import study
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.language import Language
from customer_analytics.narrative.churn import competing, conditional, hazards, survival
from customer_analytics.narrative.churn.hazard_words import term_name
from customer_analytics.narrative.churn.view import View
from customer_analytics.tables.store import Tables

COUNT = 900
HOSTILE = "<script>alert(1)</script>{x}=SUM(A1)"


def contracts(seed: int = 1, *, dated: bool = True) -> pd.DataFrame:
    """Contracts of which one plan ends sooner and whose autopay matters early only; with reasons of ends."""
    rng = np.random.default_rng(seed)
    plan, autopay = rng.choice(["Basic", HOSTILE], COUNT), rng.random(COUNT) < 0.5
    life = rng.exponential(180, COUNT) / np.where(plan == HOSTILE, 2.2, 1.0)
    life = np.where(autopay & (life < 60), 60 + rng.exponential(30, COUNT), life)
    start = rng.integers(0, 600, COUNT)
    seen = 700 - start
    ended = life <= seen
    length = np.minimum(np.ceil(life), seen)
    frame = pd.DataFrame(
        {
            "customer_id": [f"Ann Lee {number}" for number in range(COUNT)], "plan": plan,
            "fee": rng.normal(9, 1, COUNT), "autopay": np.where(autopay, "yes", "no"),
            "why": np.where(ended, rng.choice(["notice", "payment"], COUNT), None),
        }
    )  # fmt: skip
    frame["twice"] = frame["fee"] * 2
    if not dated:
        return frame.assign(tenure=length.astype(float), ended=ended)
    frame["started_on"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(start, "D")
    frame["ended_on"] = (frame["started_on"] + pd.to_timedelta(length, "D")).where(ended)
    return frame


def view_of(frame: pd.DataFrame, language: str, **parameters: Any) -> View:
    table = connect().create_table("subscriptions", frame)
    table = table.mutate(**{name: table[name].cast("date") for name in table.columns if name.endswith("_on")})
    last = dt.date(2024, 1, 1) + dt.timedelta(days=700)
    tables = Tables(table.get_backend(), last, ZoneInfo("UTC"), {"subscriptions": table})
    settings = ChurnParameters(**parameters)
    found = study(tables, settings)
    staying = hazard.analyse(tables, found, settings)
    result = SimpleNamespace(study=found, scoring=None, parameters=settings, hazard=staying)
    return View(result, Language(language, "EUR"), 10)  # type: ignore[arg-type]


def everything(view: View) -> list[Any]:
    """All words of the sections."""
    said: list[Any] = list(survival.nothing_words(view))
    tables: list[Any] = []
    for part in survival.parts(view):
        for one in (survival.survival_section(view, part), hazards.hazard_section(view, part)):
            said += [one.title, one.deck]
        said += [*survival.curve_figure(view, part).keywords.values(), *hazards.remarks(view, part)]
        assert len(survival.curve_axis(view, part)[0]) == len(survival.curve_rows(view, part)[0][6])
        tables.append(survival.group_table(view, part))
        if hazards.shown_terms(part):
            said += [*hazards.ratio_figure(view, part).keywords.values(), hazards.ratio_rows(view, part)[0]]
            tables.append(hazards.ratio_table(view, part))
    if conditional.shown(view):
        said.append(conditional.conditional_section(view).deck)
        tables += [conditional.age_table(view), conditional.check_table(view)]
    if competing.shown(view):
        said.append(competing.competing_section(view).deck)
        tables.append(competing.competing_table(view))
    for table in filter(None, tables):
        said += [table.caption, *(head for head, _ in table.columns), *(text for pair in table.how for text in pair)]
        said += [cell[0] for row in table.rows for cell in row]
    for module in (survival, hazards, conditional):
        said += [text for one in module.findings(view) for text in (one.head, one.statement, one.meaning, one.action)]
    return said


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def view(request: pytest.FixtureRequest) -> View:
    return view_of(contracts(), request.param, end_reason="why", kind="contracts")


def test_no_sentence_holds_a_brace_a_nan_or_an_id(view: View) -> None:
    said = [str(text) for text in everything(view)]
    assert len(said) > 100
    for text in said:
        ours = text.replace(HOSTILE, "")
        assert "nan" not in ours.lower().split() and "None" not in ours and "Ann Lee" not in text, text
        assert not re.search(r"\{\w+\}", ours), text


def test_markup_in_names_is_escaped(view: View) -> None:
    marked = [str(text.__html__()) for text in everything(view) if hasattr(text, "__html__")]
    assert any("&lt;script" in text for text in marked) and not any("<script" in text for text in marked)


def test_chinese_sentences_are_chinese(view: View) -> None:
    deck = str(hazards.hazard_section(view, survival.parts(view)[0]).deck)
    assert bool(re.search("[\u4e00-\u9fff]", deck)) == (view.language.code == "zh_CN")
    assert view.language.code == "en" or not re.search("[A-Za-z]{6,}", deck)


def test_an_effect_that_does_not_last_is_told_for_both_halves(view: View) -> None:
    part = survival.parts(view)[0]
    changing = part.proportional[part.proportional["changes"]]["covariate"].tolist()
    assert any(name.startswith("autopay=") for name in changing)
    assert any("autopay" in str(text) for text in hazards.remarks(view, part))


def test_a_number_is_told_for_a_readable_step(view: View) -> None:
    rows = survival.parts(view)[0].effects.set_index("covariate", drop=False)
    row = {str(key): value for key, value in rows.loc["fee"].to_dict().items()}
    assert row["step"] in (0.5, 1.0) and view.language.number(row["step"], 1 if row["step"] < 1 else 0) in str(
        term_name(view, row)
    )


def test_columns_set_aside_are_named_with_their_reason(view: View) -> None:
    told = " ".join(str(text) for text in hazards.remarks(view, survival.parts(view)[0]))
    assert "twice" in told and "fee" in told


def test_contracts_without_dates_speak_of_tenure_and_of_no_quarter() -> None:
    said = " ".join(str(text) for text in everything(view_of(contracts(dated=False), "en")))
    assert "units of tenure" in said and "same quarter" not in said and "past days" not in said


def test_thirty_customers_with_five_ends_are_told_to_be_too_few() -> None:
    frame = contracts().head(30).copy()
    frame["ended_on"] = (frame["started_on"] + pd.Timedelta(days=40)).where(np.arange(30) < 5)
    view = view_of(frame, "en")
    part = survival.parts(view)[0]
    assert "too few for a model" in str(hazards.hazard_section(view, part).deck)
    assert not hazards.shown_terms(part) and conditional.shown(view) is None and everything(view)


def test_one_contract_is_not_estimable() -> None:
    view = view_of(contracts().head(1), "en")
    assert not survival.parts(view) and "not estimable: n = 1" in str(survival.nothing_words(view)[0])
