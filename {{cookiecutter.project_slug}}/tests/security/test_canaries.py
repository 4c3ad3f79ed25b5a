"""Nothing that names a person leaves data/ and audiences/: not in pages, tables, notebooks, logs, caches or messages.

CI plants three hundred people and makes two reports, one of which fails; --thorough makes all of them, at each level of
privacy, in both languages and by group.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from canary_client import CLIENT_ID, PERSON, PHONE, RARE, STEMS, plant, spoil, values_of
from canary_search import Finder, Hit

from customer_analytics.cli import app

PROJECT = Path(__file__).resolve().parents[2]
CUSTOMERS = 300
ENGAGEMENT = """\
client: Kanaria Retail
consultancy: Example Analytics
currency: GBP
time_zone: Europe/London
privacy: {privacy}
sources: []
"""
# By design: what the client sent and the tables made of it, and the lists of whom to contact.
BY_DESIGN = ("data/", "audiences/")
# What `privacy: operations` adds: tables with one row a customer, for those who act on them.
CUSTOMER_TABLES = "/tables/"
LEVELS = ("executive", "analyst", "operations")
FAILING = """\
people = report.tables["customers"].execute()
print(people.head().to_string())
people.head()
raise KeyError(str(people.iloc[0].to_dict()))"""


def make_project(folder: Path, privacy: str) -> Path:
    """A project with the client's planted exports, whose fifth report fails with a person in its message."""
    folder.mkdir(parents=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT.format(privacy=privacy), encoding="utf-8")
    shutil.copy(PROJECT / "tags.yml", folder)
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks")
    plant(folder, CUSTOMERS)
    spoil(folder)
    return folder


def let_fail(file: Path) -> None:
    """Put a cell into a notebook that shows, prints and raises what it knows of people."""
    notebook = nbformat.read(file, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "open_report(" in cell.source)
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(FAILING))
    nbformat.write(notebook, file)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The temporary folder of everything that runs here, itself searched."""
    folder = tmp_path_factory.mktemp("scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield folder


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, scratch: Path) -> Path:
    del scratch
    return make_project(tmp_path_factory.mktemp("canaries") / "client", "analyst")


@pytest.fixture(scope="module")
def loaded(client: Path, finder: Finder) -> Path:
    """The client with its tables, some rows set aside."""
    code, said = analytics(client, "load")
    assert code == 0 and "unreadable signed_up_at" in said
    silent(finder, said)
    return client


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(STEMS, [value for number in range(CUSTOMERS + 20) for value in values_of(number)], RARE)


def analytics(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and all that a command said, run in this process."""
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = app([*arguments], standalone_mode=False) or 0
    assert said.getvalue(), arguments
    return code, said.getvalue()


def silent(finder: Finder, said: str) -> None:
    assert finder.in_bytes("said", said.encode("utf-8")) == []


def named(hits: list[Hit]) -> list[Hit]:
    """Hits of a person's own data. A name that many share and that nobody called a name is a word of the client's."""
    return [hit for hit in hits if hit.canary in (PERSON, CLIENT_ID, PHONE, RARE) or hit.form not in ("plain", "font")]


def test_check_and_load_say_where_and_not_who(loaded: Path, finder: Finder) -> None:
    code, said = analytics(loaded, "check")
    assert code == 0
    silent(finder, said)
    hits, files = finder.in_folder(loaded / "data")
    assert files > 20 and {PERSON, CLIENT_ID, PHONE} <= {hit.canary for hit in hits}  # they are there to be found


@pytest.mark.parametrize("table", ["customers", "orders", "order_lines", "touches", "subscriptions", "feedback"])
def test_a_load_that_stops_says_where_and_not_who(client: Path, finder: Finder, table: str, tmp_path: Path) -> None:
    """Each typed column of a table mapped to a column that holds people's data: every row is unreadable."""
    shutil.copytree(client / "data" / "raw", tmp_path / "data" / "raw")
    wrong = {
        "customers": ("customers.csv", "customer_id: Cust No, signed_up_at: E-mail, birth_year: Street, consent: Name"),
        "orders": ("orders/*.csv", "order_id: Order No, customer_id: Cust No, ordered_at: Cust No, amount: Cust No"),
        "order_lines": ("order_lines/*.csv", "order_id: Order No, product_id: SKU, quantity: Item, amount: Order No"),
        "touches": ("touches.csv", "campaign_id: Code, customer_id: Cust No, sent_at: Cust No"),
        "subscriptions": ("subscriptions.csv", "customer_id: Cust No, started_at: Cust No, price: Cust No"),
        "feedback": ("feedback.jsonl", "customer_id: cust_no, given_at: comment, rating: agent"),
    }
    files, columns = wrong[table]
    source = f"sources:\n  - table: {table}\n    files: data/raw/sample/{files}\n    columns: {{{columns}}}\n"
    (tmp_path / "engagement.yml").write_text(f"client: C\nconsultancy: D\n{source}", encoding="utf-8")
    code, said = analytics(tmp_path, "load")
    assert code == 2 and "cannot be read as" in said
    silent(finder, said)
    assert named(finder.in_folder(tmp_path, ("data/raw/",))[0]) == []


def test_reports_and_a_failing_notebook_name_nobody(loaded: Path, finder: Finder, scratch: Path) -> None:
    let_fail(loaded / "notebooks" / "5_retention.ipynb")
    code, said = analytics(loaded, "run", "rfm", "retention", "--jobs", "1")
    assert code == 1 and "KeyError" in said
    silent(finder, said)
    hits, files = finder.in_folder(loaded, BY_DESIGN)
    assert files > 20
    assert named(hits) == []
    assert named(finder.in_folder(scratch)[0]) == []
    (kept,) = loaded.glob("reports/*/retention/notebook.ipynb")
    text = kept.read_text(encoding="utf-8")
    assert "message left out" in text and "raise KeyError" in text  # where it stopped is there


@pytest.mark.parametrize(
    "condition",
    [
        "Nam = 'x'", "\"First name\" = 'x'", "revenue > 'x'", "region = 'Nowhere'", "region like", "customer_id = 'C1'",
        "count(orders where channel = 1) > ", "favourite_page = 'x'", "top 5% by region", "city = 'x' and",
    ],
)  # fmt: skip
def test_mistakes_in_a_condition_are_told_without_a_value_of_the_data(
    loaded: Path, finder: Finder, condition: str
) -> None:
    _, said = analytics(loaded, "audience", condition, "--name", "x", "--dry-run")
    silent(finder, said)


def test_lists_are_told_by_their_numbers(loaded: Path, finder: Finder) -> None:
    code, said = analytics(loaded, "audience", "revenue > 0", "--name", "buyers", "--format", "xlsx,segment,braze")
    assert code == 0
    silent(finder, said)
    silent(finder, analytics(loaded, "audience", "--list")[1])
    for file in ("audience.json",):
        assert finder.in_bytes(file, (loaded / "audiences" / "buyers" / file).read_bytes()) == []
    hits, _ = finder.in_folder(loaded / "audiences" / "buyers")
    assert {hit.canary for hit in hits} == {CLIENT_ID}  # ids alone, which is what a list is for
    code, said = analytics(loaded, "tags")
    assert code == 0
    silent(finder, said)


@pytest.mark.slow
@pytest.mark.parametrize("privacy", LEVELS)
def test_all_reports_name_nobody(thorough: bool, privacy: str, finder: Finder, tmp_path: Path, scratch: Path) -> None:
    if not thorough:
        pytest.skip("all reports at each level: with --thorough")
    folder = make_project(tmp_path / "client", privacy)
    assert analytics(folder, "load")[0] == 0
    for arguments in ((), ("--language", "zh_CN", "--show-code"), ("rfm", "--for-each", "region")):
        code, said = analytics(folder, "run", *arguments, "--jobs", "1")
        assert code == 0, said
        silent(finder, said)
    hits, files = finder.in_folder(folder, BY_DESIGN)
    assert files > 200
    found = [hit for hit in named(hits) if not (privacy == "operations" and CUSTOMER_TABLES in hit.file)]
    assert found == []
    if privacy == "operations":  # then ids are where they belong
        assert CLIENT_ID in {hit.canary for hit in hits}
    assert named(finder.in_folder(scratch)[0]) == []
