"""Lines that are no sale of a product: postage, fees, vouchers, cancellations, stock adjustments, bad debt.

Nothing here knows one client's codes. A product code is odd when its shape is unlike the bulk of the catalogue, and is
no product when its name says so as well; an order series is a run of order numbers with the same letters in front, and
is read from what its lines do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.audit.measures import money, number, one_row, person, total, whole
from customer_analytics.tables.store import Tables

RARE_SHAPE = 0.01  # a shape that fewer of the codes have is unlike the bulk
RARE_SERIES = 0.001  # an order series this small is a book-keeping entry
REVERSED = 0.99  # share of negative lines from which a series takes sales back
SERVICE_WORDS = re.compile(
    r"\b(postage|post|shipping|freight|delivery|carriage|courier|handling|fees?|commissions?|charges?|surcharge|"
    r"discounts?|rebate|vouchers?|gift ?cards?|coupons?|manual|samples?|adjust(ment)?|bad debt|bank|deposit|donation|"
    r"tips?|refund|rounding|insurance|tax|vat)\b"
    r"|运费|邮费|快递费|配送费|手续费|服务费|佣金|折扣|优惠|满减|代金券|礼品卡|购物券|样品|赠品|补差|差价|定金|押金|坏账|调整|捐赠",
    re.IGNORECASE,
)
BAD_DEBT = r"(?i)bad debt|write.?off|坏账"


class SeriesKind(StrEnum):
    """What an order series is for."""

    SALES = "sales"
    CANCELLATION = "cancellation"  # every line takes something back
    BAD_DEBT = "bad_debt"  # its lines are named so
    ENTRY = "entry"  # so few that it is a book-keeping entry


@dataclass(frozen=True)
class OddCode:
    """A product code unlike the bulk. `certain`: its name says that it is no product; otherwise it is to be checked."""

    code: str
    name: str
    certain: bool
    lines: int
    money: float


@dataclass(frozen=True)
class Series:
    """Orders whose numbers begin with the same letters ("" for none)."""

    prefix: str
    kind: SeriesKind
    orders: int
    lines: int
    money: float
    customers: int


@dataclass(frozen=True)
class Adjustments:
    """Lines that change the stock and not the sales: units out, no price, no customer, no cancellation."""

    lines: int
    units: float


def odd_codes(tables: Tables) -> list[OddCode]:
    """Product codes unlike the bulk of the catalogue, the largest amount of money first; none without a bulk."""
    if not tables.has("order_lines", "product_id"):
        return []
    codes = _codes(tables["order_lines"], money("order_lines", tables["order_lines"]))
    if codes.empty:
        return []
    shape = codes["product_id"].map(shape_of)
    share = shape.map(shape.value_counts(normalize=True))
    if share.max() < 0.5:  # no shape holds the bulk: nothing is unlike it
        return []
    found = [
        OddCode(
            code=str(row["product_id"]),
            name=row["name"] if isinstance(row["name"], str) else "",
            certain=is_service(str(row["product_id"]), row["name"]),
            lines=int(row["lines"]),
            money=float(row["money"]),
        )
        for row in codes[share < RARE_SHAPE].to_dict("records")
    ]
    return sorted(found, key=lambda odd: (not odd.certain, -abs(odd.money), odd.code))


def shape_of(code: str) -> str:
    """The shape of a code: runs of letters as A, runs of digits as 9 with their length: 85123A -> 9{5}A."""
    letters = re.sub(r"[^\W\d_]+", "A", code)
    return re.sub(r"\d+", lambda digits: f"9{{{len(digits[0])}}}", letters)


def is_service(code: str, name: object) -> bool:
    """Whether a code or its name says postage, fee, voucher, sample …; words inside a code count: gift_0001_20."""
    words = f"{code} {name if isinstance(name, str) else ''}".replace("_", " ")
    return bool(SERVICE_WORDS.search(words))


def _codes(lines: ir.Table, amount: ir.NumericValue | None) -> pd.DataFrame:
    """One row a code: lines, money and its commonest name."""
    named = lines.select(
        product_id=lines.product_id,
        name=lines.product_name if "product_name" in lines.columns else ibis.null("string"),
        money=ibis.literal(0.0) if amount is None else amount,
    )
    named = named.filter(named.product_id.notnull())
    each = named.group_by("product_id", "name").aggregate(lines=named.count(), money=total(named.money))
    # Not mode(): Spark's Ibis has none, and of two equally frequent names DuckDB's is either.
    order = [each.name.isnull(), each.lines.desc(), each.name]
    each = each.mutate(place=ibis.row_number().over(ibis.window(group_by=each.product_id, order_by=order)))
    codes: pd.DataFrame = (
        each.group_by("product_id")
        .aggregate(lines=each.lines.sum(), money=each.money.sum(), name=each.name.max(where=each.place == 0))
        .order_by("product_id")
        .execute()
    )
    return codes


def order_series(tables: Tables) -> list[Series]:
    """The series that order numbers fall into, the largest first; a single series says nothing and gives none."""
    if not tables.has("order_lines", "order_id"):
        return []
    lines = tables["order_lines"]
    signed = _sign(lines)
    if signed is None:
        return []
    who = person(lines)
    name = lines.product_name if "product_name" in lines.columns else ibis.null("string")
    amount = money("order_lines", lines)
    rows = lines.select(
        prefix=prefix_of(lines.order_id),
        order_id=lines.order_id,
        negative=signed < 0,
        bad_debt=name.re_search(BAD_DEBT),
        money=ibis.literal(0.0) if amount is None else amount,
        person=ibis.null("string") if who is None else who,
    )
    found = (
        rows.group_by("prefix")
        .aggregate(
            orders=rows.order_id.nunique(),
            lines=rows.count(),
            negative=rows.negative.sum().fill_null(0),
            bad_debt=rows.bad_debt.sum().fill_null(0),
            money=total(rows.money),
            customers=rows.person.nunique(),
        )
        .order_by([ibis.desc("orders"), "prefix"])
        .execute()
    )
    if len(found) < 2:
        return []
    all_orders = int(found["orders"].sum())
    return [
        Series(
            prefix=row.prefix,
            kind=_series_kind(row, all_orders),
            orders=int(row.orders),
            lines=int(row.lines),
            money=float(row.money),
            customers=int(row.customers),
        )
        for row in found.itertuples(index=False)
    ]


def prefix_of(order_id: ir.StringValue) -> ir.StringValue:
    """The letters in front of an order number; empty when it begins with a digit."""
    return order_id.re_extract(r"^([A-Za-z]*)", 1)


def _sign(lines: ir.Table) -> ir.NumericValue | None:
    """What is negative when a line takes something back: the quantity, else the amount."""
    if "quantity" in lines.columns:
        return lines.quantity
    return money("order_lines", lines)


def _series_kind(row: pd.Series, total: int) -> SeriesKind:
    if row.bad_debt >= row.lines / 2:
        return SeriesKind.BAD_DEBT
    if row.prefix and row.negative >= REVERSED * row.lines:
        return SeriesKind.CANCELLATION
    return SeriesKind.ENTRY if row.prefix and row.orders < RARE_SERIES * total else SeriesKind.SALES


def is_adjustment(lines: ir.Table, cancellations: list[str]) -> ir.BooleanValue | None:
    """Which lines are stock adjustments; None where the columns to tell are missing.

    Args:
        lines: order lines.
        cancellations: prefixes of the order series that are cancellations.
    """
    if not {"quantity", "unit_price"} <= set(lines.columns):
        return None
    out = (lines.quantity < 0) & (lines.unit_price.fill_null(0) == 0)
    who = person(lines)
    if who is not None:
        out = out & who.isnull()
    return out & ~prefix_of(lines.order_id).isin(cancellations) if cancellations else out


def stock_adjustments(tables: Tables, series: list[Series]) -> Adjustments:
    """Count the stock adjustments."""
    lines = tables["order_lines"] if "order_lines" in tables.tables else None
    condition = None if lines is None else is_adjustment(lines, cancellation_prefixes(series))
    if lines is None or condition is None:
        return Adjustments(0, 0.0)
    row = one_row(lines.aggregate(lines=condition.sum(), units=lines.quantity.sum(where=condition)))
    return Adjustments(whole(row["lines"]), number(row["units"]) or 0.0)


def cancellation_prefixes(series: list[Series]) -> list[str]:
    """The letters that cancellations begin with."""
    return [one.prefix for one in series if one.kind == SeriesKind.CANCELLATION]
