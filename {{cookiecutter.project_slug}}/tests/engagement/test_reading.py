from __future__ import annotations

from pathlib import Path

import pytest

from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.settings import Engagement

WHO = "client: Acme\nconsultancy: Us\n"


def read(folder: Path, text: str | bytes) -> Engagement:
    path = folder / "engagement.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_engagement(path)


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(EngagementError) as caught:
        read(folder, text)
    return [str(problem) for problem in caught.value.problems]


def source(text: str) -> str:
    """A file with one source of orders; `text` is indented below it. Its first line is line 5 of the file."""
    return WHO + "sources:\n  - table: orders\n" + "".join(f"    {line}\n" for line in text.splitlines())


def test_two_names_are_enough(tmp_path: Path) -> None:
    engagement = read(tmp_path, WHO)
    assert (engagement.client, engagement.currency, engagement.sources) == ("Acme", "EUR", [])


def test_an_empty_key_counts_as_not_given_also_for_a_block(tmp_path: Path) -> None:
    engagement = read(tmp_path, WHO + "brand:\nas_of:\nsources:\nreports:\n  rfm:\n    bins:\n")
    assert (engagement.brand.logo, engagement.as_of, engagement.sources) == (None, None, [])
    assert engagement.reports.rfm.bins == 5


def test_all_problems_come_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "client: Acme\n"  # line 1; consultancy is missing
        "curency: GBP\n"
        "language: fr\n"
        "time_zone: Europe/Londn\n"
        "minimum_group: 0\n"
        "reports:\n"
        "  rfm: {bins: 50, binz: 3}\n",
    )
    assert found == [
        "engagement.yml, line 1, column 1: consultancy is missing.",
        "engagement.yml, line 2, column 1: there is no key 'curency'. Did you mean currency? "
        "Allowed: template_version, client, consultancy, language, currency, time_zone, industry, pack, as_of, "
        "privacy, minimum_group, engine, brand, sources, identity, reports.",
        "engagement.yml, line 3, column 1: language must not be 'fr'. Allowed: en, zh_CN.",
        "engagement.yml, line 4, column 1: time_zone: not an IANA time zone: 'Europe/Londn'. "
        "Did you mean Europe/London?",
        "engagement.yml, line 5, column 1: minimum_group must be at least 1; given: 0. "
        "It is: groups below this size are not shown.",
        "engagement.yml, line 7, column 9: reports.rfm.bins must be at most 10; given: 50. "
        "It is: score classes of recency, frequency and monetary.",
        "engagement.yml, line 7, column 19: there is no key 'reports.rfm.binz'. Did you mean bins? Allowed: "
        "minimum_base, bins, window_days, frequency_unit, binning, high_low_cut, compare_days, value_model, "
        "value_purchases, horizon_months, discount_rate_yearly, holdout_days.",
    ]


def test_a_key_given_twice_is_an_error_and_not_the_last_value(tmp_path: Path) -> None:
    assert problems(tmp_path, WHO + "client: Other\n") == [
        "engagement.yml, line 3, column 1: 'client' is given twice, first in line 1. Keep one of them."
    ]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "engagement.yml", "is empty"),
        ("# only a comment\n", "engagement.yml", "is empty"),
        ("- client: Acme\n", "line 1, column 1", "must be a block of keys"),
        ("just words\n", "line 1, column 1", "must be a block of keys"),
        ("client: Acme\n\tconsultancy: Us\n", "line 2, column 1", "a tab where spaces are needed"),
        ("client: Acme: Retail\n", "line 1, column 13", "a colon that is not expected"),
        ('client: "C:\\data"\n', "line 1, column 13", "a backslash"),
        ("client: 'Acme\n", "line 2, column 1", "not closed"),
        ("client: [Acme\n", "line 2, column 1", "cannot be read as YAML"),
        ("client: Acme\nconsultancy\nlanguage: en\n", "line 3, column 1", "a key without a colon"),
        ("client: !!python/object/apply:os.system [ls]\n", "line 1, column 9", "tags (!name) are not read"),
        ("client: !!timestamp 2025-13-01\n", "line 1, column 9", "tags (!name) are not read"),
        ("client: &name Acme\nconsultancy: *name\n", "line 1, column 9", "anchors (&name) and aliases"),
        ("client: Acme\n---\nclient: Other\n", "line 2, column 1", "a second document"),
        ("client: " + "[" * 100_000, "line 1, column 28", "nested more than 20 levels"),
        ("? [a, b]\n: c\n", "line 1, column 3", "a key must be one word"),
        ("client: Ac\x07me\n", "line 1", "a control character"),
        (("client: " + "x" * 1_000_001).encode(), "engagement.yml", "1,000,009 bytes"),
        ("client: Acme\n".encode("utf-16"), "engagement.yml", "saved as UTF-16"),
        ("client: Acme\nconsultancy: 上海\n".encode("gb18030"), "line 2", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_settings_file_is_explained(tmp_path: Path, text: str | bytes, where: str, what: str) -> None:
    (found,) = problems(tmp_path, text)
    assert where in found
    assert what in found


def test_an_alias_bomb_is_refused_before_it_can_grow(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    (found,) = problems(tmp_path, bomb)
    assert "line 1, column 5" in found


def test_a_file_with_more_keys_than_anybody_writes_is_refused_before_it_is_put_together(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "client: A\nx:\n" + "".join(f" k{n}: v\n" for n in range(50_000)))
    assert "line 14999" in str(found) and "30,000 keys and values" in str(found)  # two events a line: key and value


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfclient: Acme\r\nconsultancy: Us\r\ncurrency: x\r\n"
    (found,) = problems(tmp_path, text)
    assert found.startswith("engagement.yml, line 3, column 1: currency")


def test_words_that_yaml_1_1_turns_into_something_else_stay_as_they_are_written(tmp_path: Path) -> None:
    engagement = read(
        tmp_path,
        source(
            "files: a.csv\n"
            "columns: {order_id: on, customer_id: no}\n"
            "values: {status: {yes: paid, no: cancelled, 1: refunded}}\n"
            "constants: {channel: no, store: 007}\n"
            "set_aside: [{reason: test, when: [{column: day, equals: 2024-01-31}, {column: at, equals: 12:30}]}]"
        )
        + "as_of: 2025-06-30\n",
    )
    (orders,) = engagement.sources
    assert orders.columns == {"order_id": "on", "customer_id": "no"}
    assert orders.values == {"status": {"yes": "paid", "no": "cancelled", "1": "refunded"}}
    assert orders.constants == {"channel": "no", "store": "007"}
    assert [condition.equals for condition in orders.set_aside[0].when] == ["2024-01-31", "12:30"]
    assert str(engagement.as_of) == "2025-06-30"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("filess: a.csv", 5, "Did you mean files?"),
        ("files: a.csv\nurl: sqlite:///a.db", 4, "takes either files or url."),
        ("url: sqlite:///a.db", 5, "also needs database_table"),
        ("url: sqlite:///a.db\ndatabase_table: t\nskip_lines: 1", 7, "does nothing for a database"),
        ("files: a.csv\nformat: database", 6, "database needs url"),
        ("files: a.csv\nformat: fixed_width", 6, "fixed_width and fixed_columns go together"),
        ("files: a.csv\nformat: fixed_width\nfixed_columns: [{name: a, start: 9, end: 3}]", 7, "before it starts"),
        ("files: a.csv\nnames: [a, b]", 6, "`header: false`"),
        ("files: a.csv\ncolumns:\n  order_di: A", 7, "Did you mean order_id?"),
        ("files: a.csv\nconstants: {store: x}\ncolumns: {store: S}", 6, "is also in columns"),
        ("files: a.csv\ncolumns: {order_id: 5}", 6, "must be text: put it in quotes; given: 5."),
        ('files: a.csv\nformats: {ordered_at: "%d.%Q.%Y"}', 6, "no such directive: %Q"),
        ('files: a.csv\nformats: {ordered_at: "%H:%M"}', 6, "names no day, month or year"),
        ('files: a.csv\nformats: {amount: "%d"}', 6, "is no date"),
        ("files: a.csv\nencoding: utf-9", 6, "no such encoding"),
        ("files: a.csv\ndelimiter: ;;", 6, "must be auto, one character"),
        ("files: a.csv\ntime_zone: Mars/Base", 6, "not an IANA time zone"),
        ("files: a.csv\nattributes: {a: 1}", 6, "must be all, none or a list"),
        ("files: a.csv\nset_aside: [{reason: '', when: [{column: a, missing: true}]}]", 6, "must not be empty"),
        ("files: a.csv\nset_aside: [{reason: a, when: []}]", 6, "must not be empty"),
        ("files: a.csv\nset_aside: [{reason: a, when: [{column: a}]}]", 6, "takes exactly one of"),
        ("files: a.csv\nset_aside: [{reason: a, when: [{column: a, one_of: []}]}]", 6, "must not be empty"),
        ("files: a.csv\nset_aside: [{reason: a, when: [{column: a, matches: '('}]}]", 6, "not a regular expression"),
        ("files: a.csv\nset_aside: [{reason: a, when: [{column: a, matches: '(?=x)'}]}]", 6, "look-arounds"),
        ("files: a.csv\nset_aside: [{reason: a, when: [{column: a, equals: [1]}]}]", 6, "must be one value"),
    ],
)
def test_a_source_that_cannot_work_is_refused_at_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    found = problems(tmp_path, source(text))
    assert [problem for problem in found if f"line {line}," in problem and what in problem], found


def test_the_same_source_twice_would_count_its_rows_twice(tmp_path: Path) -> None:
    twice = WHO + "sources:\n  - {table: orders, files: a.csv}\n  - {table: orders, files: a.csv, skip_lines: 1}\n"
    (found,) = problems(tmp_path, twice)
    assert "line 5" in found and "the same as entry 1" in found


def test_a_source_may_lie_outside_of_the_project(tmp_path: Path) -> None:
    engagement = read(tmp_path, source("files: ../shared/exports/*.csv"))
    assert engagement.sources[0].files == "../shared/exports/*.csv"


@pytest.mark.parametrize("logo", ["../logo.svg", "/etc/logo.svg", "C:/logo.svg", "brand\\logo.svg", "logo.exe"])
def test_a_logo_outside_of_the_project_or_of_another_kind_is_refused(tmp_path: Path, logo: str) -> None:
    (found,) = problems(tmp_path, WHO + f"brand:\n  logo: '{logo}'\n")
    assert "line 4" in found


def test_a_logo_behind_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg/>", encoding="utf-8")
    try:
        (project / "logo.svg").symlink_to(secret)
    except OSError:
        pytest.skip("this system allows no links")
    assert "leads out of the project" in problems(project, WHO + "brand: {logo: logo.svg}\n")[0]


def test_a_logo_must_exist_and_be_small(tmp_path: Path) -> None:
    assert "there is no file" in problems(tmp_path, WHO + "brand: {logo: logo.svg}\n")[0]
    (tmp_path / "logo.svg").write_bytes(b"x" * 100_001)
    assert "100,001 bytes" in problems(tmp_path, WHO + "brand: {logo: logo.svg}\n")[0]
    (tmp_path / "logo.svg").write_bytes(b"x" * 100_000)
    assert str(read(tmp_path, WHO + "brand: {logo: logo.svg}\n").brand.logo) == "logo.svg"


def test_a_long_value_is_shortened_in_the_message(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, WHO + f"currency: {'x' * 500}\nprivacy: {'y' * 500}\n")[-1:]
    assert "y" * 39 not in found


def test_a_problem_reads_as_one_sentence() -> None:
    assert str(Problem("here", "is wrong.", "Mend it.")) == "here: is wrong. Mend it."
