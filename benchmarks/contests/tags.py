"""Eighty tags of customers from fifteen events each: all at once, against one query for each tag."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import MILLION, Answer, Contest, Job

AS_OF = dt.date(2025, 6, 30)
FIRST = dt.datetime(2023, 7, 1)
MOMENT = "TIMESTAMP '2023-07-01' + to_seconds((hash(n, {salt}) % 63072000)::BIGINT)"
TABLES = {
    "customers": """
        SELECT 'c' || n AS customer_id, {moment1} AS signed_up_at, ['F', 'M'][(1 + hash(n, 2) % 2)::BIGINT] AS gender,
            ['North', 'South', 'East'][(1 + hash(n, 3) % 3)::BIGINT] AS region,
            (1950 + hash(n, 4) % 55)::BIGINT AS birth_year, hash(n, 5) % 10 < 7 AS consent
        FROM range({customers}) t(n)""",
    "orders": """
        SELECT 'o' || n AS order_id, 'c' || (hash(n, 6) % {customers}) AS customer_id, {moment7} AS ordered_at,
            ['paid', 'paid', 'cancelled', 'refunded'][(1 + hash(n, 8) % 4)::BIGINT] AS status,
            (1 + hash(n, 9) % 20000 / 100)::DECIMAL(18, 4) AS amount, (hash(n, 10) % 5)::DECIMAL(18, 4) AS discount,
            ['web', 'shop', 'app'][(1 + hash(n, 11) % 3)::BIGINT] AS channel
        FROM range(4 * {customers}) t(n)""",
    "order_lines": """
        SELECT 'o' || (hash(n, 12) % (4 * {customers})) AS order_id, 'p' || (hash(n, 13) % 200) AS product_id,
            'k' || (hash(n, 14) % 20) AS category, (1 + hash(n, 15) % 4)::DOUBLE AS quantity,
            (1 + hash(n, 16) % 5000 / 100)::DECIMAL(18, 4) AS amount
        FROM range(8 * {customers}) t(n)""",
    "events": """
        SELECT 'c' || (hash(n, 17) % {customers}) AS customer_id, {moment18} AS occurred_at,
            ['view', 'search', 'cart', 'pay'][(1 + hash(n, 19) % 4)::BIGINT] AS event,
            's' || (hash(n, 20) % {events} // 3) AS session_id, '/p' || (hash(n, 21) % 30) AS page,
            ['phone', 'desktop'][(1 + hash(n, 22) % 2)::BIGINT] AS device,
            ['ads', 'direct', 'mail'][(1 + hash(n, 23) % 3)::BIGINT] AS channel,
            'p' || (hash(n, 24) % 200) AS product_id
        FROM range({events}) t(n)""",
}
HOURS = ("hour 5..8", "hour 9..11", "hour 12..17", "hour 18..21", "weekend")
RULES = (
    "gender", "region", "consent", "age", "band(age, 18, 25, 35, 45)", "tenure_days", "orders", "revenue",
    "average_order", "recency_days", "count(purchases within 90 days)", "count(purchases within 365 days)",
    "rank(revenue)",
    "sum(purchases.net within 90 days)", "maximum(purchases.net)", "days_since_first(purchases)",
    "median_gap(purchases)",
    "share(purchases where discount > 0 prior 5)", "share(orders where status = 'cancelled' prior 10)",
    "most(purchases.channel)", "most(purchases.hour)", "first(purchases.channel)", "last(purchases.channel)",
    "distinct(purchases.channel)", "count(order_lines)", "distinct(order_lines.category)", "sum(order_lines.quantity)",
    "distinct(order_lines.product_id)", "most(order_lines.category)", "most(order_lines.category within 90 days)",
    "count(events)", "count(events within 30 days)", "count(events within 7 days)",
    "distinct(events.day within 30 days)",
    "distinct(events.session_id within 90 days)", "days_since_last(events)", "days_since_first(events)",
    "most(events.device)", "most(events.page)", "count(events where event = 'cart')", "distinct(events.product_id)",
    "count(events where event = 'view' within 90 days)", "share(events where event = 'search' prior 20)",
    "ordered within 30 days", "not ordered within 90 days", "active within 7 days", "top 20% by revenue",
    "did 'cart' within 30 days and not ordered within 30 days", "visited at least 3 days within 30 days",
    "if orders >= 3 then recency_days / median_gap(purchases)",
    *(f"share(purchases where {hours} prior 5)" for hours in HOURS),
    *(f"share(events where {hours} prior 20)" for hours in HOURS),
    *(f"share(order_lines where category = 'k{number}' prior 10)" for number in range(20)),
)  # fmt: skip


def make(folder: Path, rows: int) -> None:
    """Write the tables as Parquet files: `rows` events of a fifteenth as many customers."""
    import duckdb

    moments = {f"moment{salt}": MOMENT.format(salt=salt) for salt in (1, 7, 18)}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '4GB'")
        for name, query in TABLES.items():
            filled = query.format(customers=rows // 15, events=rows, **moments)
            connection.execute(f"COPY ({filled}) TO '{(folder / name).as_posix()}.parquet' (FORMAT parquet)")


def tables_of(folder: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The tables as the store would open them."""
    from customer_analytics.expressions import local_time
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend, zone, made = connect("duckdb"), ZoneInfo("Europe/Berlin"), {}
    for name in TABLES:
        table = backend.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
        times = [column for column in table.columns if column.endswith("_at")]
        days = {
            f"{time.removesuffix('_at')}_on": local_time(table[time], zone, FIRST, dt.datetime(2025, 7, 1)).date()
            for time in times
        }
        made[name] = table.mutate(**days)
    return Tables(backend, AS_OF, zone, made, FIRST)


def _rules():  # type: ignore[no-untyped-def]  # name -> expression of the query language
    from customer_analytics.analysis.query import parse_value

    return {f"tag_{number}": parse_value(rule, where=rule) for number, rule in enumerate(RULES)}


def _together(folder: Path) -> Answer:
    """The product: every tag of every customer in one table."""
    from customer_analytics.analysis.query import Query

    values = Query(tables_of(folder), _rules()).values().to_pyarrow()
    return {name: values.num_rows - values[name].null_count for name in _rules()}


def _one_by_one(folder: Path) -> Answer:
    """The product, asked for each tag by itself."""
    from customer_analytics.analysis.query import Query

    tables, found = tables_of(folder), {}
    for name, rule in _rules().items():
        values = Query(tables, {name: rule}).values().to_pyarrow()
        found[name] = values.num_rows - values[name].null_count
    return found


CONTEST = Contest(
    name="tags",
    title="Tags of customers",
    question="Eighty tags of every customer in the query language, from orders, lines, events and attributes.",
    unit="events",
    make=make,
    jobs=(
        Job("the product, all at once", _together, "ours"),
        Job(
            "the product, one by one", _one_by_one, "peer", rounds=1, largest=10 * MILLION, reason="it would take long"
        ),
    ),
    sizes=(MILLION, 10 * MILLION),
    warm_rows=30_000,
)
