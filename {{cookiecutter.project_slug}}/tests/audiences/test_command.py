"""The command as people meet it: what it shows, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from customer_analytics.audiences import command
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.terminal import Terminal

from .conftest import MakeProject, noon, order

SECRET = "S3CRET"  # in every customer id: it must never be shown


@pytest.fixture
def shop(make: MakeProject) -> Project:
    """Two thousand customers of two regions; everyone has consent but every tenth, of whom nothing is known."""
    chance = random.Random(5)
    customers, orders = [], []
    for n in range(2_000):
        customer = f"{SECRET}{n:04d}"
        customers.append(
            {
                "customer_id": customer,
                "region": "North" if n % 2 else "South",
                "consent": None if n % 10 == 0 else n % 10 != 1,
            }
        )
        days = [chance.randrange(400) for _ in range(chance.randrange(1, 6))]
        orders += [order(customer, day, str(chance.randrange(5, 200))) for day in days]
    touches = [{"campaign_id": "W", "customer_id": f"{SECRET}{n:04d}", "sent_at": noon(5)} for n in range(0, 2_000, 7)]
    return make({"customers": customers, "orders": orders, "touches": touches})


def run(project: Project, condition: str, code: int = 0, *, dry_run: bool = False, **options: Any) -> None:
    request = command.read(condition, options.pop("file", None), **options)
    assert command.make(project, request, Terminal(), dry_run=dry_run) == code


def record(project: Project, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project.audiences / name / "audience.json").read_text(encoding="utf-8"))
    return found


def ids(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["customer_id"] for row in csv.DictReader(file)}


def test_the_holdout_is_exactly_what_was_promised_in_every_stratum(shop: Project) -> None:
    run(shop, "region = 'North'", name="spring", holdout="10%")
    rows = pq.read_table(shop.audiences / "spring" / "assignment.parquet").to_pylist()
    assert len(rows) == 800  # a thousand in the North, of whom one in five has no consent
    assert sum(row["arm"] == "control" for row in rows) == 80
    sizes = Counter(row["stratum"] for row in rows)
    held = Counter(row["stratum"] for row in rows if row["arm"] == "control")
    assert len(sizes) >= 5
    assert min(sizes.values()) >= 50
    for stratum, size in sizes.items():
        assert held[stratum] in {math.floor(size / 10), math.ceil(size / 10)}
    strata = record(shop, "spring")["holdout"]["strata"]
    assert {one["stratum"]: (one["customers"], one["held_out"]) for one in strata} == {
        stratum: (size, held[stratum]) for stratum, size in sizes.items()
    }
    listed, out = ids(shop.audiences / "spring" / "list.csv"), ids(shop.audiences / "spring" / "holdout.csv")
    assert (len(listed), len(out), listed & out) == (720, 80, set())


def test_the_same_seed_draws_the_same_customers_again_and_says_so(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shop, "region = 'North'", name="one", seed=7)
    assert "drawn by the seed of" not in capsys.readouterr().out
    run(shop, "region = 'North'", name="two", seed=7)
    assert "drawn by the seed of one" in capsys.readouterr().out
    run(shop, "region = 'North'", name="three", seed=8)
    assert "drawn by the seed of" not in capsys.readouterr().out
    one, two, three = (ids(shop.audiences / name / "holdout.csv") for name in ("one", "two", "three"))
    assert one == two != three
    assert record(shop, "one")["holdout"]["seed_from"] == "given"


def test_a_customer_held_out_of_one_list_is_marked_in_the_next(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shop, "region = 'North'", name="spring")
    run(shop, "region in ('North', 'South')", name="summer", seed=1)
    held = ids(shop.audiences / "spring" / "holdout.csv")
    marked = set()
    for name in ("list.csv", "holdout.csv"):
        with (shop.audiences / "summer" / name).open(encoding="utf-8", newline="") as file:
            marked |= {row["customer_id"] for row in csv.DictReader(file) if row["held_out_of"] == "spring"}
    assert marked == held
    assert record(shop, "summer")["counts"]["marked_held_out"] == 80
    shown = capsys.readouterr().out
    assert "80 of them are held out of an earlier audience" in shown
    assert ["spring", "800", "50.0%", "80"] in [line.split() for line in shown.splitlines()]
    run(shop, "region in ('North', 'South')", name="autumn", exclude_held_out=True)
    assert record(shop, "autumn")["counts"]["final"] == 1_600 - len(
        held | ids(shop.audiences / "summer" / "holdout.csv")
    )


def test_the_language_asks_the_ledger(shop: Project) -> None:
    run(shop, "region = 'North'", name="spring", campaign="C-1")
    run(shop, "held out of 'spring'", name="a", dry_run=False, holdout="0%")
    run(shop, "in audience 'spring' and not held out", name="b", holdout="0%")
    run(shop, "not in campaign 'C-1'", name="c", holdout="0%")
    assert ids(shop.audiences / "a" / "list.csv") == ids(shop.audiences / "spring" / "holdout.csv")
    assert ids(shop.audiences / "b" / "list.csv") == ids(shop.audiences / "spring" / "list.csv")
    assert len(ids(shop.audiences / "c" / "list.csv")) == 800
    assert not (shop.audiences / "a" / "holdout.csv").exists()


def test_every_count_is_shown_and_recorded_and_no_customer_ever(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(
        shop,
        "region = 'North'",
        name="spring",
        contact_cap="1 in 30 days",
        columns="region",
        formats="xlsx,segment,braze",
    )
    shown = capsys.readouterr().out
    lines = [line.split() for line in shown.splitlines()]
    # 1,000 in the North (odd numbers): every fifth of them refuses (…1); nobody of them is unknown (…0 is even);
    # every seventh customer was contacted
    contacted = sum(n % 7 == 0 and n % 10 != 1 for n in range(1, 2_000, 2))
    counts = record(shop, "spring")["counts"]
    assert counts["matched"] == 1_000
    assert counts["no_consent"] == 200
    assert counts["over_contact_cap"] == contacted
    assert counts["final"] == 800 - contacted
    assert counts["to_contact"] + counts["held_out"] == counts["final"]
    assert ["no", "consent", "-200"] in lines
    assert ["contact", "cap", "of", "1", "in", "30", "days", "reached", f"-{contacted}"] in lines
    assert "EUR net in the last 365 days" in shown
    assert SECRET not in shown
    assert SECRET not in (shop.audiences / "spring" / "audience.json").read_text(encoding="utf-8")


def test_the_smallest_effect_comes_from_those_who_met_the_condition_a_month_before(
    shop: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shop, "not ordered within 60 days", name="quiet", dry_run=True)
    shown = capsys.readouterr().out
    assert not shop.audiences.exists()
    assert "A dry run: nothing was written." in shown
    rows = pq.read_table(shop.tables / "orders.parquet").to_pylist()
    last = noon(30).date()
    since = {row["customer_id"] for row in rows if row["ordered_at"].date() > last}
    quiet = {f"{SECRET}{n:04d}" for n in range(2_000)} - {
        row["customer_id"] for row in rows if 0 <= (last - row["ordered_at"].date()).days < 60
    }
    rate = len(quiet & since) / len(quiet)
    assert (
        f"Of {len(quiet):,} customers who met the condition 30 days earlier, {rate:.1%} bought within 30 days." in shown
    )
    counted = {
        line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in shown.splitlines() if line.startswith(" ")
    }
    treated, control = (int(counted[name].replace(",", "")) for name in ("to contact", "held out (10%)"))
    points = 100 * (1.959964 + 0.841621) * math.sqrt(rate * (1 - rate) * (1 / treated + 1 / control))
    assert f"is {points:.1f} percentage points" in shown


def test_a_small_list_says_that_nothing_can_be_measured(shop: Project, capsys: pytest.CaptureFixture[str]) -> None:
    run(shop, "top 9 by revenue", name="few")
    assert "fewer than 10 customers. No effect of a contact can be measured" in capsys.readouterr().out
    run(shop, "top 60 by revenue", name="some")
    assert "an arm has fewer than 10 customers" in capsys.readouterr().out
    run(shop, "region = 'North'", name="all", holdout="0%")
    assert "Nobody is held out: what the contact causes cannot be measured." in capsys.readouterr().out


def test_a_list_without_anyone_is_not_written(shop: Project, capsys: pytest.CaptureFixture[str]) -> None:
    run(shop, "region = 'north'", 2, name="none")
    shown = capsys.readouterr().out
    assert "WARNING: No customer has region = 'north'. The data have 'North', 'South' (case counts)." in shown
    assert "Nobody is left on the list: nothing was written." in shown
    assert not (shop.audiences / "none").exists()


def test_a_name_that_is_taken_is_refused_and_replaced_only_on_request(shop: Project) -> None:
    run(shop, "region = 'North'", name="spring")
    first = pq.read_table(shop.audiences / "spring" / "assignment.parquet")
    with pytest.raises(UserError, match="--replace"):
        run(shop, "region = 'South'", name="spring")
    with pytest.raises(UserError, match="same folder as the audience 'spring'"):
        run(shop, "region = 'South'", name="SPRING", replace=True)
    assert pq.read_table(shop.audiences / "spring" / "assignment.parquet").equals(first)
    run(shop, "region = 'South'", name="spring", replace=True)
    assert record(shop, "spring")["version"] == 2
    assert pq.read_table(shop.audiences / "spring" / "earlier" / "assignment_1.parquet").equals(first)
    run(shop, "held out of 'spring' and region = 'North'", name="before", holdout="0%")
    assert record(shop, "before")["counts"]["final"] == 80, "who was held out of the first version is not forgotten"


def test_nothing_but_the_moment_of_making_differs_between_two_makings(shop: Project) -> None:
    run(shop, "region = 'North'", name="spring", formats="xlsx,segment,braze", columns="region,revenue")
    first = {path.name: path.read_bytes() for path in (shop.audiences / "spring").iterdir()}
    for path in (shop.audiences / "spring").iterdir():
        path.unlink()
    (shop.audiences / "spring").rmdir()
    run(shop, "region = 'North'", name="spring", formats="xlsx,segment,braze", columns="region,revenue")
    second = {path.name: path.read_bytes() for path in (shop.audiences / "spring").iterdir()}
    one, two = (json.loads(files.pop("audience.json")) for files in (first, second))
    assert one.pop("created_at") <= two.pop("created_at")
    assert one == two
    assert first == second


def test_an_earlier_day_sees_only_what_was_then(shop: Project) -> None:
    run(shop, "region = 'North'", name="late")
    day = noon(100).date()
    run(shop, "region = 'North'", name="early", as_of=day.isoformat(), expires="2024-12-31")
    rows = pq.read_table(shop.audiences / "early" / "assignment.parquet").to_pylist()
    assert {row["assigned_on"] for row in rows} == {day}
    assert record(shop, "early")["overlaps"] == []
    with pytest.raises(UserError, match="--expires 2024-03-22"):
        run(shop, "region = 'North'", name="other", as_of="2024-03-22", expires="2024-03-22")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("region = 'North", "the condition"),
        ("regoin = 'North'", "region"),
        ("region = 'x'; DROP TABLE customers", "the condition"),
        ("__import__('os').system('id')", "the condition"),
        ("(" * 1_000 + "active" + ")" * 1_000, "the condition"),
        ("🎉", "the condition"),
        ("bought category 'X'", "order_lines"),
        ("region = 'North' and", "the condition"),
        ("not in campaign 'w'", "there is no campaign 'w'. The data have 'W' (case counts)."),
        ("not held out of 'spring'", "there is no audience 'spring'."),
    ],
)
def test_a_hostile_or_broken_condition_is_refused_at_once_and_in_words(
    shop: Project, condition: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        run(shop, condition, name="spring")
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
    assert not (shop.audiences / "spring").exists()


def test_a_condition_may_come_from_a_file(shop: Project, tmp_path: Path) -> None:
    file = tmp_path / "question.txt"
    file.write_text("\ufeffregion = 'North'\n  and top 50% by revenue\n", encoding="utf-8")
    request = command.read(None, file, name="spring")
    assert command.make(shop, request, Terminal(quiet=True), dry_run=False) == 0
    assert record(shop, "spring")["counts"]["matched"] > 400
    with pytest.raises(UserError, match="given twice"):
        command.read("active", file, name="a")
    with pytest.raises(UserError, match="cannot be read"):
        command.read(None, tmp_path / "none.txt", name="a")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8"):
        command.read(None, file, name="a")


def test_without_a_condition_or_a_name_both_are_asked_for() -> None:
    with pytest.raises(UserError) as caught:
        command.read(None, None, name=None)
    assert "the condition: is missing." in str(caught.value)
    assert "an audience needs a name" in str(caught.value)


def test_the_list_of_audiences_shows_each_with_its_numbers(shop: Project, capsys: pytest.CaptureFixture[str]) -> None:
    command.list_all(shop, Terminal())
    assert "no audience yet" in capsys.readouterr().out
    run(shop, "region = 'North'", name="spring", expires="2024-12-31")
    run(shop, "region = 'South'", name="spring", replace=True)
    run(shop, "region = 'North'", name="春季", holdout="0%")
    capsys.readouterr()
    command.list_all(shop, Terminal())
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["spring", "(version", "2)", "2024-06-30", "720", "80", "-", "region", "=", "'South'"] in lines
    assert ["春季", "2024-06-30", "800", "0", "-", "region", "=", "'North'"] in lines


@pytest.mark.parametrize("column", ["chosen", "self", "value_0", "_0", "__on_0", "fact_0", "=cmd|x", "{{x}}", "b`q"])
def test_a_column_of_the_client_may_have_any_name(make: MakeProject, column: str) -> None:
    rows = [{"customer_id": f"C{number}", "city": "Rome", column: "ours"} for number in range(40)]
    project = make({"customers": rows, "orders": [order("C1", 3)]})
    run(project, "city = 'Rome'", name="named", columns=f"{column},city", strata=column, formats="xlsx,segment,braze")
    lines = (project.audiences / "named" / "list.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 36 and lines[1].endswith(",ours,Rome")
