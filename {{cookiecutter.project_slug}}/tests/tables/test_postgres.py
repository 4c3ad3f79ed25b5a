"""A database table from a real PostgreSQL server, which the tests start for themselves where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.check import check
from customer_analytics.tables.formats import database
from customer_analytics.tables.load import load

pytestmark = pytest.mark.postgres
Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
PASSWORD = "p@ss/word"
TABLE = """
create schema crm;
create table crm.sales (
    no text, who bigint, "when" timestamptz, at_shop timestamp, total numeric, note jsonb, ok boolean
);
insert into crm.sales values
    ('007', 17850, '2024-03-05 10:00:00+08', '2024-03-05 10:00', 12.50, '{"a": 1}', true),
    ('008', null, '2024-03-06 00:00:00+00', '2024-03-06 00:00', 99999999999999.9999, null, false);
"""


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a new cluster in a temporary folder; as root, which PostgreSQL refuses, it runs as postgres."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed here")
    is_root = sys.platform != "win32" and os.geteuid() == 0
    runner = shutil.which("runuser") if is_root else None
    if is_root and runner is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser to be someone else")
    prefix = [runner, "-u", "postgres", "--"] if runner else []
    folder = tmp_path_factory.mktemp("postgres")
    if is_root:
        for parent in (folder, *folder.parents):
            if parent.owner() == "root" and parent.stat().st_mode & 0o777 == 0o700:
                parent.chmod(0o711)
        shutil.chown(folder, "postgres")
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    password.chmod(0o644)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster, log = folder / "cluster", folder / "log"

    def call(program: str, *arguments: str) -> None:
        command = [*prefix, str(programs / program), "-D", str(cluster), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    call("initdb", "-U", "analyst", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--no-sync")
    call("pg_ctl", "-w", "-l", str(log), "-o", f"-p {port} -h 127.0.0.1 -k {folder} -F", "start")
    try:
        yield port
    finally:
        call("pg_ctl", "-m", "immediate", "stop")


def test_table_of_a_server(make: Make, rows: Rows, server: int, monkeypatch: pytest.MonkeyPatch) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(
        host="127.0.0.1", port=server, user="analyst", password=PASSWORD, dbname="postgres"
    ) as session:
        session.execute(TABLE)
    monkeypatch.setenv("SHOP_PASSWORD", "p%40ss%2Fword")
    source = {
        "table": "orders",
        "url": f"postgresql://analyst:${{SHOP_PASSWORD}}@127.0.0.1:{server}/postgres",
        "database_table": "crm.sales",
        "columns": {
            "order_id": "no",
            "customer_id": "who",
            "ordered_at": "when",
            "paid_at": "at_shop",
            "amount": "total",
        },
    }
    project = make({}, source, time_zone="Asia/Shanghai")
    assert check(project).sources[0].unmapped == ("note", "ok")
    log = load(project)
    first, second = rows(project, "orders")
    assert (first["order_id"], first["customer_id"], second["customer_id"]) == ("007", "17850", None)
    assert (str(first["ordered_at"]), str(first["paid_at"])) == ("2024-03-05 02:00:00", "2024-03-05 02:00:00")
    assert (first["amount"], second["amount"]) == (Decimal("12.5"), Decimal("99999999999999.9999"))
    assert (first["note"], first["ok"]) == ('{"a": 1}', True)
    assert log.tables["orders"].sources[0].name == f"postgresql://127.0.0.1:{server}/postgres crm.sales"
    for path in project.tables.rglob("*"):
        assert path.is_dir() or b"p%40ss" not in path.read_bytes()


def test_wrong_password_is_not_repeated(make: Make, server: int) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://analyst:wrong-secret@127.0.0.1:{server}/postgres"
    source = {"table": "orders", "url": url, "database_table": "sales", "columns": {"ordered_at": "when"}}
    problems = check(make({}, source)).problems
    assert "the database cannot be reached" in str(problems[0])
    assert "wrong-secret" not in str(problems)


@pytest.fixture
def session(server: int) -> Iterator[Any]:
    """A connection to the server, to fill it with."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(
        host="127.0.0.1", port=server, user="analyst", password=PASSWORD, dbname="postgres", autocommit=True
    ) as open_session:
        yield open_session


def _source(server: int, table: str, columns: dict[str, str], name: str) -> dict[str, Any]:
    url = f"postgresql://analyst:p%40ss%2Fword@127.0.0.1:{server}/postgres"
    return {"table": table, "url": url, "database_table": name, "columns": columns}


def test_types_nulls_and_the_servers_own_time_zone(make: Make, rows: Rows, server: int, session: Any) -> None:
    """A moment is the same moment whatever zone the server shows it in; names keep their capitals and blanks."""
    session.execute("alter role analyst set timezone to 'Asia/Tokyo'")
    session.execute('create schema "Shop Floor"')
    session.execute(
        'create table "Shop Floor"."Orders" ("No" uuid, who varchar(9), at timestamptz, day date, '
        "total double precision, price numeric(12, 3), pieces smallint, tags text[], gone boolean)"
    )
    session.execute(
        'insert into "Shop Floor"."Orders" values '
        "('11111111-2222-3333-4444-555555555555', '007', '2024-03-31 01:30:00+00', '2024-03-31', 12.5, 1.005, 3, "
        "array['a', 'b'], true), "
        "('22222222-2222-3333-4444-555555555555', null, '2024-10-27 00:30:00+00', null, 'NaN', null, null, null, null)"
    )
    columns = {"order_id": "No", "customer_id": "who", "ordered_at": "at", "paid_at": "day", "amount": "total"}
    project = make(
        {}, _source(server, "orders", columns, "Shop Floor.Orders") | {"tolerance": 1}, time_zone="Europe/Berlin"
    )
    log = load(project)
    first, second = rows(project, "orders")
    assert first["order_id"] == "11111111-2222-3333-4444-555555555555"
    assert (str(first["ordered_at"]), str(second["ordered_at"])) == ("2024-03-31 01:30:00", "2024-10-27 00:30:00")
    assert str(first["paid_at"]) == "2024-03-30 23:00:00", "a day begins in the engagement's zone"
    assert (first["amount"], first["price"], first["pieces"], first["gone"]) == (Decimal("12.5"), "1.005", 3, True)
    assert [second[name] for name in ("customer_id", "paid_at", "amount", "price", "pieces", "gone")] == [None] * 6
    assert log.tables["orders"].rows_kept == 2


def test_a_large_table_is_streamed(make: Make, server: int, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come in batches by a cursor of the server: what is held at once does not grow with the table."""
    session.execute(
        "create table big as select n as order_id, n % 500 as customer_id, timestamp '2024-01-01' + n * interval "
        "'1 minute' as ordered_at, n::numeric / 100 as amount from generate_series(1, 50000) as s(n)"
    )
    monkeypatch.setattr(database, "BATCH", 20_000)
    sizes = []
    write = pq.ParquetWriter.write_batch

    def counted(self: pq.ParquetWriter, batch: pa.RecordBatch) -> None:
        sizes.append(batch.num_rows)
        write(self, batch)

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", counted)
    table = load(make({}, _source(server, "orders", {"order_id": "order_id"}, "public.big"))).tables["orders"]
    assert sizes == [20_000, 20_000, 10_000]
    assert (table.rows_kept, table.money_kept) == (50_000, Decimal(50_000 * 50_001) / 200)


def test_a_time_without_end_is_named(make: Make, server: int, session: Any) -> None:
    session.execute("create table forever as select 1 as order_id, timestamp 'infinity' as ordered_at")
    with pytest.raises(UserError) as error:
        load(make({}, _source(server, "orders", {"order_id": "order_id"}, "forever")))
    assert "a value cannot be read" in str(error.value) and "p%40ss" not in str(error.value)
