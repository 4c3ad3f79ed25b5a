"""What is set aside: how many lines and baskets, why, and which very large baskets."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.baskets.basket import SET_ASIDE
from customer_analytics.analysis.baskets.catalogue import Catalogue
from customer_analytics.analysis.baskets.source import ENTRY, LARGE, NO_ORDER, Source

MOST_ORDERS = 10_000  # large baskets listed by order number


def set_aside(source: Source, listed: Catalogue, carriers: ir.Table) -> pd.DataFrame:
    """reason, what, lines, baskets: rows that are no product sold, each under the first reason that holds.

    What is no product is named; the rest is counted by reason. Baskets: orders (or visits) that lose rows by it.
    """
    rows = source.rows
    faults = carriers.filter(carriers.fault.notnull()).select(*source.keys, whole="fault")
    wrong = rows.left_join(faults, list(source.keys))
    keys = [wrong[name].cast("string") for name in source.keys]
    key = keys[0] if len(keys) == 1 else keys[0] + ibis.literal("\n") + keys[1]
    wrong = wrong.select("product", key=key, reason=ibis.coalesce(wrong.whole, wrong.fault))
    services = _services(listed)
    tables = [_counted(wrong.filter(wrong.reason.notnull())), _unlisted(source, carriers)]
    if len(services):
        named = wrong.filter(wrong.reason.isnull()).inner_join(
            ibis.memtable(services[["product", "why", "what"]]), "product"
        )
        tables.append(_counted(named.select("key", reason="why", what="what")))
    found = pd.concat([table for table in tables if len(table)] or [tables[0]], ignore_index=True)
    found = found.sort_values(["lines", "reason", "what"], ascending=[False, True, True], ignore_index=True)
    return found[SET_ASIDE].astype({"lines": "int64", "baskets": "int64"})


def _unlisted(source: Source, carriers: ir.Table) -> pd.DataFrame:
    """Lines whose order is not among the orders; of events all that have a visit have it from themselves."""
    if source.unit == "session" or source.keys != ("order_id",):
        return pd.DataFrame(columns=SET_ASIDE)
    strange = source.rows.anti_join(carriers, "order_id")
    row: pd.DataFrame = strange.aggregate(lines=strange.count(), baskets=strange.order_id.nunique()).to_pandas()
    return row.assign(reason=NO_ORDER, what="") if int(row["lines"].iloc[0]) else row.head(0)


def with_whole_baskets(aside: pd.DataFrame, histogram: pd.DataFrame, cap: int) -> pd.DataFrame:
    """The table with what whole baskets are set aside for: entries of stock, and sizes beyond the cap.

    Args:
        aside: what set_aside has found.
        histogram: size, entry, baskets.
        cap: most products of a basket; 0: no basket is too large.
    """
    rows = []
    is_large = (histogram["size"] > cap) & ~histogram["entry"] & (cap > 0)
    for reason, own in ((ENTRY, histogram[histogram["entry"]]), (LARGE, histogram[is_large])):
        if len(own):
            rows.append((reason, "", int((own["size"] * own["baskets"]).sum()), int(own["baskets"].sum())))
    return pd.concat([aside, pd.DataFrame(rows, columns=SET_ASIDE)], ignore_index=True) if rows else aside


def _counted(rows: ir.Table) -> pd.DataFrame:
    by = ["reason", "what"] if "what" in rows.columns else ["reason"]
    frame: pd.DataFrame = rows.group_by(by).aggregate(lines=rows.count(), baskets=rows.key.nunique()).to_pandas()
    return frame if "what" in frame else frame.assign(what="")


def _services(listed: Catalogue) -> pd.DataFrame:
    """product, why and what (its name and code) of what is no product."""
    found = listed.products[listed.products["fault"].notna()]
    what = [name if name and name != key else key for name, key in zip(found["name"], found["key"], strict=True)]
    names = pd.Series(what, dtype=object)
    twice = names.duplicated(keep=False)
    labels = [f"{name} ({key})" if again and name != key else name
              for name, key, again in zip(what, found["key"], twice, strict=True)]  # fmt: skip
    return pd.DataFrame({"product": list(found["key"]), "why": list(found["fault"]), "what": labels}, dtype="string")


def left_out(source: Source, carriers: ir.Table, heads: ir.Table, cap: int) -> pd.DataFrame:
    """order_id and size of the baskets with more than `cap` products, the largest first; empty where baskets are no
    orders. Order numbers belong in tables of operations only."""
    empty = pd.DataFrame({"order_id": pd.Series(dtype=object), "size": pd.Series(dtype="int64")})
    if source.unit != "order":
        return empty
    beyond = heads.filter(heads["size"] > cap, ~heads.entry).select("basket", "size")
    named = carriers.inner_join(beyond, "basket").select("order_id", "size")
    frame: pd.DataFrame = named.order_by([named["size"].desc(), named.order_id]).limit(MOST_ORDERS).to_pandas()
    return frame if len(frame) else empty
