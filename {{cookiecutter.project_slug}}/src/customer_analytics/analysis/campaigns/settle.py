"""Which outcomes are compared: the client's own columns, and what orders, visits and messages tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.audit.facts import outcome_columns
from customer_analytics.analysis.campaigns.campaign import COMPUTED, GUARDRAILS, LOWER_IS_BETTER, Kind, Outcome
from customer_analytics.analysis.campaigns.purchases import knows_orders, knows_visits
from customer_analytics.analysis.value.margin import Margin
from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.parsing.flags import parse_flag
from customer_analytics.tables.store import Tables

WHERE = "reports.campaign_evaluation"
LEAST_FILLED = 0.95  # of the rows, from which a ready-made outcome counts without being asked for
_NUMBER = r"^-?[0-9]+([.][0-9]+)?$"
_MONEY = re.compile(
    r"revenue|spend|spent|sales|amount|turnover|gmv|margin|profit|金额|消费|收入|销售额|利润|毛利", re.I
)
_LOWER = re.compile(r"unsub|complain|refund|return_rate|churn|cancel|退订|投诉|退款|退货|流失|取消", re.I)


@dataclass(frozen=True)
class Ready:
    """A column of touches that holds an outcome. `filled`: share of the rows of the `campaigns` that know it at all.

    `hits_only`: every filled cell is a yes or above 0, so that an empty one of these campaigns is a no.
    """

    name: str
    kind: Kind
    filled: float
    hits_only: bool
    campaigns: tuple[str, ...]


def value_of(column: ir.Column) -> ir.FloatingValue:
    """A ready-made outcome as a number: yes 1, no 0, numbers as they are; null where it is neither."""
    if column.type().is_boolean():
        return column.ifelse(1, 0).cast("float64")
    if not column.type().is_string():
        return column.cast("float64")
    text = column.strip()
    number = ibis.ifelse(text.re_search(_NUMBER), text, ibis.null("string")).cast("float64")
    flag = parse_flag(text)
    return ibis.coalesce(number, ibis.cases((flag, 1), (~flag, 0), else_=ibis.null("int8")).cast("float64"))


def ready_outcomes(tables: Tables, parameters: CampaignEvaluationParameters) -> list[Ready]:
    """The outcomes that touches hold, in the order of their columns."""
    if "touches" not in tables.tables:
        return []
    touches = tables["touches"]
    known = set(parameters.groups) | {parameters.unit}
    names = [name for name in outcome_columns(touches) if name not in known]
    if not names:
        return []
    values = touches.select(
        campaign=touches.campaign_id.cast("string"),
        **{f"v_{i}": value_of(touches[name]) for i, name in enumerate(names)},
    )
    measures: dict[str, ir.Value] = {"rows": values.count()}
    for i in range(len(names)):
        column = values[f"v_{i}"]
        measures |= {
            f"n_{i}": column.count(), f"least_{i}": column.min(),
            f"flags_{i}": column.isin((0.0, 1.0)).ifelse(1, 0).sum(),
            f"whole_{i}": ((column >= 0) & (column == column.floor())).ifelse(1, 0).sum(),
        }  # fmt: skip
    counted: pd.DataFrame = values.group_by("campaign").aggregate(**measures).to_pandas()
    return [one for i, name in enumerate(names) if (one := _ready(name, counted, i)) is not None]


def _ready(name: str, counted: pd.DataFrame, i: int) -> Ready | None:
    """One column over the campaigns that fill it; None where none does."""
    own = counted[counted[f"n_{i}"] > 0].sort_values("campaign")
    n = int(own[f"n_{i}"].sum())
    if not n:
        return None
    kind = _kind(name, n == int(own[f"flags_{i}"].sum()), n == int(own[f"whole_{i}"].sum()))
    filled = n / int(own["rows"].sum())
    return Ready(name, kind, filled, bool(own[f"least_{i}"].min() > 0), tuple(own["campaign"].dropna().astype(str)))


def _kind(name: str, is_flag: bool, is_whole: bool) -> Kind:
    if is_flag:
        return "binary"
    if _MONEY.search(name):
        return "money"
    return "count" if is_whole else "number"


def computed_outcomes(
    tables: Tables, parameters: CampaignEvaluationParameters, margin: Margin | None, *, timed: bool
) -> list[str]:
    """The outcomes that can be counted, in the order of COMPUTED. `timed`: some campaign has a day."""
    found = set()
    if timed and knows_orders(tables):
        found |= {"converted", "orders"}
        if tables.has("orders", "amount"):
            found.add("revenue")
            found |= {"margin"} if margin is not None or parameters.margin_share is not None else set()
            found |= {"refunds"} if tables.has("orders", "refund") or tables.has("orders", "status") else set()
            found |= {"discount"} if tables.has("orders", "discount") else set()
    if timed and knows_visits(tables):
        found.add("visits")
    if timed and tables.has("touches", "unsubscribed_at"):
        found.add("unsubscribed")
    return [name for name in COMPUTED if name in found]


def settle_outcomes(
    ready: Sequence[Ready], computed: Sequence[str], parameters: CampaignEvaluationParameters
) -> tuple[tuple[Outcome, ...], str, list[Problem]]:
    """The outcomes with their places, the one that decides, and what is wrong with what was asked for.

    A ready-made outcome wins over a computed one of its name. One that is often empty counts where it is named.
    """
    kinds: dict[str, tuple[Kind, bool]] = {name: (COMPUTED[name], False) for name in computed}
    kinds = {one.name: (one.kind, True) for one in ready} | {
        name: kind for name, kind in kinds.items() if name not in {one.name for one in ready}
    }
    problems = [
        problem
        for option, names in (
            ("outcomes", parameters.outcomes), ("main_outcome", (parameters.main_outcome,)),
            ("guardrails", parameters.guardrails),
        )
        for problem in unknown_names(option, names, kinds)
    ]  # fmt: skip
    if problems or not kinds:
        return (), "", problems
    sparse = {one.name for one in ready if one.filled < LEAST_FILLED and not one.hits_only}
    asked = [*parameters.outcomes] or [name for name in kinds if name not in sparse] or list(kinds)
    main = parameters.main_outcome or _main(asked, kinds)
    guardrails = [*parameters.guardrails] or [name for name in GUARDRAILS if name in kinds and not kinds[name][1]]
    names = list(dict.fromkeys([main, *asked, *guardrails]))
    names.sort(key=lambda name: list(kinds).index(name))
    outcomes = tuple(
        Outcome(
            name, *kinds[name], name in guardrails and name != main,
            "lower" if name in LOWER_IS_BETTER or (kinds[name][1] and _LOWER.search(name)) else "higher", f"y_{i}",
        )
        for i, name in enumerate(names)
    )  # fmt: skip
    return outcomes, main, []


def _main(asked: Sequence[str], kinds: dict[str, tuple[Kind, bool]]) -> str:
    """The first ready-made yes or no, then any ready-made outcome, then converted, then whatever is there."""
    ready = [name for name in asked if kinds[name][1]]
    flags = [name for name in ready if kinds[name][0] == "binary"]
    return next(iter([*flags, *ready, *(name for name in asked if name == "converted"), *asked]))


def unknown_names(option: str, names: Iterable[str], known: Iterable[str]) -> list[Problem]:
    """A problem for each name that is not known, with the nearest one that is."""
    listed = list(known)
    lowered = {one.casefold(): one for one in listed}
    problems = []
    for name in names:
        if not name or name in listed:
            continue
        near = [lowered[one] for one in get_close_matches(name.casefold(), lowered, n=1)]
        some = ", ".join(sorted(listed)[:12])
        mend = f"Did you mean {near[0]!r}?" if near else (f"There are: {some}." if some else "There are none.")
        problems.append(Problem(f"{WHERE}.{option}", f"{name!r} is not known.", mend))
    return problems
