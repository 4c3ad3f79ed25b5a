"""Products as numbers: their codes, names and categories, and which of them are no products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.audit.codes import RARE_SHAPE, shape_of
from customer_analytics.analysis.baskets.services import ends_in_service, is_whole_service
from customer_analytics.analysis.baskets.source import EXCLUDED, SERVICE, Source
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.tables.store import Tables

BULK = 0.5  # share of the codes with one shape that makes it the usual one
LEAST_KNOWN = 0.5  # share of the rows whose category must be known for categories to be used
CODES_OF_A_NAME = 3  # codes for each name from which the names are the items: sizes and brands of one article


@dataclass(frozen=True)
class Catalogue:
    """The products of the rows.

    products: one row a code, sorted by key: item (number; spellings of one code share it, and where `by_name` all
        codes of one name), key (the code in the rows), name, category (None: unknown), parent (item of its category,
        -1), margin (share of the price, NaN), fault ("excluded", "service", None), rows.
    categories: item, label; numbers go on after those of the products. Empty where categories are not used.
    """

    products: pd.DataFrame
    categories: pd.DataFrame
    by_name: bool = False

    def codes(self) -> ir.Table:
        """product (the code in the rows) and its item; what is no product is not there."""
        kept = self.products[self.products["fault"].isna()]
        frame = pd.DataFrame({"product": kept["key"].astype(str), "item": kept["item"].astype("int32")})
        return ibis.memtable(frame, schema={"product": "string", "item": "int32"})

    def parent_of(self) -> pd.Series:
        """item -> item of its category, of the products with a category."""
        kept = self.spelt()
        kept = kept[kept["fault"].isna() & (kept["parent"] >= 0)]
        return kept.set_index("item")["parent"].astype("int64")

    def spelt(self) -> pd.DataFrame:
        """One row an item: its commonest spelling or code."""
        return self.products[self.products["item"] == np.arange(len(self.products))]

    def parents(self) -> ir.Table:
        """item and parent, of the products with a category."""
        kept = self.spelt()
        kept = kept[kept["fault"].isna() & (kept["parent"] >= 0)]
        return ibis.memtable(
            pd.DataFrame({"item": kept["item"].astype("int32"), "parent": kept["parent"].astype("int32")}),
            schema={"item": "int32", "parent": "int32"},
        )


def catalogue(tables: Tables, source: Source, excluded: Sequence[str], *, level: str, item: str = "auto") -> Catalogue:
    """The products that the rows name.

    Raises:
        UserError: a code to exclude is no product of these data, or names or categories were asked for and there are
            none.
    """
    found = _products(tables, source)
    found["fault"] = _faults(tables, source, found, excluded)
    by_name = _are_names(found, item)
    found["item"] = _numbers(found, by_name=by_name)
    categories = _categories(found) if level != "item" else []
    if level == "auto" and not _are_known(found, categories):
        categories = []
    if level in ("category", "both") and len(found) and not categories:
        mend = "Map the category of order_lines or products in engagement.yml, or ask for level: item."
        raise UserError([Problem("basket_rules, level", "no product of these data has a category.", mend)])
    numbers = {name: len(found) + place for place, name in enumerate(categories)}
    found["parent"] = found["category"].map(numbers).fillna(-1).astype("int32")
    return Catalogue(found, pd.DataFrame({"item": list(numbers.values()), "label": list(numbers)}), by_name)


def _products(tables: Tables, source: Source) -> pd.DataFrame:
    """key, name, category, margin, rows: one row a product, sorted by key."""
    listed = _listed(tables) if source.item == "product_id" else None
    asked = _asked_of_rows(tables, source, listed)
    rows = source.rows.filter(source.rows["product"].notnull())
    # One pass over all rows; what follows works on the few combinations that they have.
    kinds = rows.group_by("product", *asked).aggregate(times=rows.count()).cache()
    counted = kinds.group_by("product").aggregate(rows=kinds.times.sum())
    for name in asked:
        counted = counted.left_join(_commonest(kinds, name), [("product", f"{name}_of")]).drop(f"{name}_of")
    if listed is not None:
        taken = [name for name in listed.columns if name in counted.columns]
        counted = counted.left_join(listed.drop(*taken), [("product", "listed")])
    frame: pd.DataFrame = counted.to_pandas()
    kinds.release()
    for name in ("name", "category", "margin"):
        if name not in frame:
            frame[name] = None
    frame = frame.rename(columns={"product": "key"}).sort_values("key", ignore_index=True)
    for name in ("name", "category"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    frame["margin"] = pd.to_numeric(frame["margin"], errors="coerce")
    return frame[["key", "name", "category", "margin", "rows"]]


def _are_names(found: pd.DataFrame, asked: str) -> bool:
    """Whether the names are the items: asked for, or each stands for several codes (a carton and a bottle of milk)."""
    named = found[found["fault"].isna() & found["name"].notna()]
    if asked == "name" and len(found) and not len(named):
        mend = "Map the name of order_lines or products in engagement.yml, or ask for item: code."
        raise UserError([Problem("basket_rules, item", "no product of these data has a name.", mend)])
    if asked != "auto":
        return asked == "name"
    rows = found.loc[found["fault"].isna(), "rows"].sum()
    many = len(named) >= CODES_OF_A_NAME * named["name"].str.casefold().nunique() > CODES_OF_A_NAME
    return bool(many and named["rows"].sum() >= LEAST_KNOWN * rows)


def _numbers(found: pd.DataFrame, *, by_name: bool) -> np.ndarray[Any, np.dtype[np.int32]]:
    """The item of each code: codes of one name that differ in the case of letters only (85123A, 85123a) are one item;
    by name all codes of one name are.

    It takes the number of its commonest code, of several the first in the alphabet; not that of one that is left out.
    """
    code, name = found["key"].str.casefold(), found["name"].fillna("").str.casefold()
    spelling = (code + "\n").where((name == "") | (not by_name), "") + name
    known = found.assign(spelling=spelling, out=found["fault"].notna())
    order = known.sort_values(["out", "rows", "key"], ascending=[True, False, True])
    chosen = order.drop_duplicates("spelling").set_index("spelling").index
    places = pd.Series(order.drop_duplicates("spelling").index, index=chosen)
    return spelling.map(places).to_numpy(np.int32)


def _asked_of_rows(tables: Tables, source: Source, listed: ir.Table | None) -> list[str]:
    """Which of name and category the rows must tell: the list of products names things, the rows know categories."""
    if source.item not in ("product_id", "product_name") or not tables.has("order_lines", source.item):
        return []
    own = {"name": "product_name", "category": "category"}
    told = [name for name, column in own.items() if tables.has("order_lines", column)]
    of_list = () if listed is None else listed.columns
    return [name for name in told if name == "category" or (name not in of_list and source.item == "product_id")]


def _listed(tables: Tables) -> ir.Table | None:
    """listed (the code) and what the table of products says of it; a code listed twice has the first value."""
    if not tables.has("products", "product_id"):
        return None
    products = tables["products"]
    wanted: dict[str, ir.Value] = {
        name: products[name].cast("string").nullif("").min()
        for name in ("name", "category")
        if name in products.columns
    }
    if "margin" in products.columns:
        wanted["margin"] = products.margin.cast("float64").mean()
    return products.group_by(listed=products.product_id.cast("string")).aggregate(**wanted) if wanted else None


def _commonest(kinds: ir.Table, name: str) -> ir.Table:
    """<name>_of (the product) and its commonest value; of several the first in the alphabet."""
    known = kinds.filter(kinds[name].notnull())
    counted = known.group_by("product", name).aggregate(times=known.times.sum())
    best = ibis.window(group_by=counted["product"], order_by=[counted.times.desc(), counted[name]])
    ranked = counted.mutate(place=ibis.row_number().over(best))
    return ranked.filter(ranked.place == 0).select(**{f"{name}_of": ranked["product"], name: ranked[name]})


def _unlike_the_bulk(keys: pd.Series) -> set[str]:
    """Codes whose shape few others have, where one shape holds the bulk: see analysis.audit.codes."""
    shape = keys.map(shape_of)
    share = shape.map(shape.value_counts(normalize=True))
    return set(keys[share < RARE_SHAPE]) if len(share) and share.max() >= BULK else set()


def _faults(tables: Tables, source: Source, found: pd.DataFrame, excluded: Sequence[str]) -> list[str | None]:
    odd = _unlike_the_bulk(found["key"]) if source.item == "product_id" else set()
    known = set(found["key"]) | set(_all_codes(tables) if excluded else [])
    unknown = [code for code in dict.fromkeys(excluded) if code not in known]
    if unknown:
        near = {code: nearest(code, known) for code in unknown}
        raise UserError(
            [
                Problem(
                    "basket_rules, exclude_items", f"there is no product {code!r}.",
                    f"Did you mean {near[code]!r}?" if near[code] else "Write codes as they stand in the data.",
                )
                for code in unknown
            ]
        )  # fmt: skip
    out, is_service = set(excluded), cache(is_whole_service)
    return [
        EXCLUDED if key in out
        else SERVICE if is_service(name or key) or is_service(category)
        or (key in odd and (ends_in_service(name) or is_whole_service(key.replace("_", " "))))
        else None
        for key, name, category in zip(found["key"], found["name"], found["category"], strict=True)
    ]  # fmt: skip


def _all_codes(tables: Tables) -> list[str]:
    if not tables.has("products", "product_id"):
        return []
    return [str(code) for code in tables["products"].product_id.to_pandas()]


def _categories(found: pd.DataFrame) -> list[str]:
    kept = found[found["fault"].isna() & found["category"].notna()]
    return sorted(set(kept["category"]))


def _are_known(found: pd.DataFrame, categories: Sequence[str]) -> bool:
    """Whether categories say something: known for most rows, more than one, and fewer than the products."""
    kept = found[found["fault"].isna()]
    known = kept.loc[kept["category"].notna(), "rows"].sum()
    return 2 <= len(categories) < len(kept) and known >= LEAST_KNOWN * kept["rows"].sum()


def unique_labels(products: pd.DataFrame, categories: Sequence[str]) -> list[str]:
    """What each product is called: its name, else its code; two products of one name are told apart by their codes."""
    names = pd.Series([name if name else key for name, key in zip(products["name"], products["key"], strict=True)],
                      dtype=object)  # fmt: skip
    shared = names.duplicated(keep=False) | names.isin(set(categories))
    labels = [f"{name} ({key})" if twice else name
              for name, key, twice in zip(names, products["key"], shared, strict=True)]  # fmt: skip
    taken: set[str] = set(categories)
    unique = []
    for place, label in enumerate(labels):
        own = label
        while own in taken:  # a product may be called what another one's name and code make
            own = f"{own} ({products['key'].iloc[place]})"
        taken.add(own)
        unique.append(own)
    return unique
