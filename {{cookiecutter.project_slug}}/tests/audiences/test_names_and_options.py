"""What the command is asked for: names that are folders everywhere, and options that are told of at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.audiences import command
from customer_analytics.audiences.names import canonical, clash, folded, name_problem
from customer_analytics.audiences.options import ContactCap, default_seed, read_request
from customer_analytics.engagement.errors import UserError

HOSTILE = [
    "", " ", ".", "..", "../x", "a/b", "a\\b", "C:", "a:b", "a*b", "a?", 'a"b', "a<b>", "a|b", "a.csv", ".hidden", "a ",
    "a b", "CON", "con", "Nul", "aux", "COM1", "lpt9", "com¹", "a\0b", "a\nb", "\u202eabc", "\u200b", "\u3164", "-a",
    "_a", "\u0301a", "x" * 61, "中" * 61, "{{x}}", "$(id)", "`id`", "=1+1", "\ud800", "🎉", "a\u00a0b", "~",
    "%TEMP%",
]  # fmt: skip
FINE = ["spring", "Spring-2025_a", "春季", "été", "हिन्दी", "7days", "con-list", "x" * 60, "中" * 60]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_safe_folder_is_refused(name: str) -> None:
    assert name_problem(canonical(name)) is not None


@pytest.mark.parametrize("name", FINE)
def test_letters_of_any_script_make_a_name(name: str, tmp_path: Path) -> None:
    assert name_problem(canonical(name)) is None
    (tmp_path / name).mkdir()


@given(st.text(max_size=70))
def test_a_name_that_is_let_through_stays_inside_its_folder(name: str) -> None:
    name = canonical(name)
    if name_problem(name) is None:
        path = Path("audiences") / name
        assert path.parent == Path("audiences")
        assert path.name == name
        assert not set(name) & set('/\\:*?"<>|. \t\r\n\0')


def test_names_that_some_systems_take_for_the_same_clash(tmp_path: Path) -> None:
    assert clash(tmp_path / "none", "spring") is None
    (tmp_path / "Spring").mkdir()
    (tmp_path / ".autumn-new").mkdir()
    (tmp_path / "README.md").write_text("", encoding="utf-8")
    assert clash(tmp_path, "spring") == "Spring"
    assert clash(tmp_path, "Spring") == "Spring"
    assert clash(tmp_path, "ｓｐｒｉｎｇ") == "Spring"
    assert clash(tmp_path, "autumn") is None
    assert folded("Straße") == folded("STRASSE")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("10%", "1/10"), ("0.1", "1/10"), ("12.5 %", "1/8"), ("10％", "1/10"), ("0%", "0"), ("0", "0"),
        ("33.333%", "33333/100000"), ("90%", "9/10"),
    ],
)  # fmt: skip
def test_shares_are_read_exactly(text: str, share: str) -> None:
    assert read_request("active", name="a", holdout=text).share == Fraction(share)


@pytest.mark.parametrize("text", ["10", "1", "-10%", "ten", "", "95%", "0.95", "1/10", "10%%", "nan", "1e-1", "10%,"])
def test_a_share_that_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--holdout"):
        read_request("active", name="a", holdout=text)


@pytest.mark.parametrize("text", ["2 in 30 days", "2 within 30 days", "2 times in the last 30 days", "2 IN 30 DAYS"])
def test_contact_caps_are_read_as_people_write_them(text: str) -> None:
    assert read_request("active", name="a", contact_cap=text).contact_cap == ContactCap(2, 30)


@pytest.mark.parametrize(
    "text", ["2", "0 in 30 days", "2 in 0 days", "two in 30 days", "2 in 30", "", "2 in 1000000 days"]
)
def test_a_contact_cap_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--contact-cap"):
        read_request("active", name="a", contact_cap=text)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(UserError) as caught:
        read_request(
            " ", name="a/b", holdout="ten", seed=-1, contact_cap="2", formats="xslx,csv", expires="soon",
            as_of="2025-02-30", campaign="", columns="held_out_of",
        )  # fmt: skip
    text = str(caught.value)
    for part in (
        "the condition", "--name a/b", "--holdout ten", "--seed -1", "--contact-cap 2", "Did you mean xlsx?",
        "--expires soon", "--as-of 2025-02-30", "--campaign", "held_out_of",
    ):  # fmt: skip
        assert part in text


def test_what_is_left_out_has_its_default() -> None:
    request = read_request("active", name="春季")
    assert request.share == Fraction(1, 10)
    assert request.seed == default_seed("春季")
    assert not request.seed_given
    assert request.campaign_id == "春季"
    assert request.formats == ("csv",)


def test_lists_of_names_take_commas_of_either_width_and_each_name_once() -> None:
    request = read_request("active", name="a", columns="city， region,city, customer_id,", formats="braze,XLSX")
    assert request.columns == ("city", "region")
    assert request.formats == ("csv", "xlsx", "braze")


def test_seeds_of_names_differ_and_stay() -> None:
    assert default_seed("spring") != default_seed("autumn")
    assert default_seed("spring") == int(hashlib.blake2b(b"spring", digest_size=4).hexdigest(), 16) == 1_179_449_560


def test_days_are_days() -> None:
    request = read_request("active", name="a", expires="2025-06-30", as_of="2025-05-01")
    assert (request.expires_on, request.as_of) == (dt.date(2025, 6, 30), dt.date(2025, 5, 1))


def test_one_mistake_is_told_once_and_on_one_line() -> None:
    for name in ("x" * 300, "a\nb", "\x1b[31mred"):
        with pytest.raises(UserError) as caught:
            read_request("active", name=name)
        (problem,) = caught.value.problems
        assert problem.where.startswith("--name") and problem.where.isprintable()


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_condition_is_called_empty(text: str) -> None:
    with pytest.raises(UserError) as caught:
        command.read(text, None, name="spring")
    assert "is empty" in str(caught.value) and "^" not in str(caught.value)
