"""The list of campaigns and their arms: what was sent to whom, when, and whether its arms can be compared."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.campaigns.settle import WHERE, unknown_names
from customer_analytics.analysis.uplift.campaigns import HELD_WORDS, SENT_SHARE, plan_texts, planned_shares
from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

MOST_ARMS = 50
DAY = dt.timedelta(days=1)
_HELD = re.compile(
    r"(?<![a-z])(control|hold[- _]?out|held[- _]out|no[- _](contact|message|send))(?![a-z])|对照|空白", re.I
)


@dataclass(frozen=True)
class Listing:
    """One row a campaign and one an arm, not yet in order: see `Campaigns.list` and `Campaigns.arms`.

    list has `start` (naive UTC, NaT: unknown), the moment of a unit whose assignment has none. arms has `key`, the
    label in lower case ("" for none). problems: what the parameters name that is not there.
    unassigned: campaigns of the client's list to which nobody was assigned.
    """

    list: pd.DataFrame
    arms: pd.DataFrame
    problems: Sequence[Problem]
    unassigned: int


def listing(tables: Tables, rows: ir.Table, parameters: CampaignEvaluationParameters) -> Listing:
    """Campaigns and arms of the assigned rows (`assigned.Assigned`), of those campaigns that the parameters name."""
    found, arms = _counted(rows)
    problems = _problems(found, arms, parameters)
    if set(parameters.campaigns) & set(found["campaign"]):
        found = found[found["campaign"].isin(parameters.campaigns)]
    described = _described(tables)
    unassigned = 0 if parameters.campaigns else len(set(described) - set(found["campaign"]))
    found = found[[not _is_later(tables, row, described) for row in _rows(found)]]
    booked = _booked(tables)
    texts = plan_texts(tables)
    lines, arm_lines = [], []
    for own in _rows(found):
        campaign = str(own.campaign)
        own_arms = arms[arms["campaign"] == campaign]
        line = {
            **_dates(tables, own, described.get(campaign, {}), parameters),
            "campaign": campaign,
            "source": "audience" if own.listed else "touches",
            "in_two_arms": int(own.mixed),
            "has_times": "sent_at" in rows.columns, "cost_fixed": _cost(campaign, described, booked),
        }  # fmt: skip
        arm_table, more = _arms(own_arms, line, texts.get(campaign, ()), parameters)
        lines.append(line | more)
        arm_lines.append(arm_table.assign(campaign=campaign))
    if not lines:
        return Listing(found, arms, problems, unassigned)
    table = pd.DataFrame(lines)
    order = table.sort_values(["first_on", "campaign"], na_position="last", key=_sort_key).index
    table = table.loc[order].reset_index(drop=True)
    table["code"] = range(len(table))
    every = pd.concat(arm_lines, ignore_index=True)
    every["code"] = every["campaign"].map(dict(zip(table["campaign"], table["code"], strict=True)))
    return Listing(table, every.sort_values(["code", "number"], ignore_index=True), problems, unassigned)


def _rows(frame: pd.DataFrame) -> list[SimpleNamespace]:
    names = [str(name) for name in frame.columns]
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in frame.itertuples(index=False)]


def _is_later(tables: Tables, own: SimpleNamespace, described: Mapping[str, object]) -> bool:
    """Whether a campaign without any time of its own is one that begins after the as-of day: its row of campaigns is
    among those that the day leaves out."""
    dated = _moment(own.first_at) is not None or _moment(own.sent_at) is not None
    return not dated and bool(tables.later.get("campaigns")) and str(own.campaign) not in described


def _sort_key(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column) if column.name == "first_on" else column


def _counted(rows: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Campaigns and arms with their counts; who is in several arms counts in none."""
    sent = rows.sent_at if "sent_at" in rows.columns else ibis.null("timestamp")
    rows = rows.mutate(left_at=sent)
    one = ~rows.mixed
    found: pd.DataFrame = (
        rows.group_by("campaign")
        .aggregate(
            mixed=rows.mixed.ifelse(1, 0).sum(), listed=rows.listed.max(),
            first_at=rows.assigned_at.min(), last_at=rows.assigned_at.max(),
            sent_at=rows.left_at.min(),
        )
        .to_pandas()
        .sort_values("campaign", ignore_index=True)
    )  # fmt: skip
    inside = rows.filter(one)
    arms: pd.DataFrame = (
        inside.group_by("campaign", key=inside.arm.fill_null(""))
        .aggregate(
            arm=inside.label.min(), n=inside.count(), sent=inside.left_at.count(),
            messages=inside.messages.sum().cast("float64"),
        )
        .to_pandas()
    )  # fmt: skip
    arms["arm"] = [label if isinstance(label, str) else "" for label in arms["arm"]]
    return found, arms.sort_values(["campaign", "key"], ignore_index=True)


def _problems(found: pd.DataFrame, arms: pd.DataFrame, parameters: CampaignEvaluationParameters) -> list[Problem]:
    """What the parameters name that no campaign has."""
    known = [str(name) for name in found["campaign"]]
    problems = unknown_names("campaigns", parameters.campaigns, known)
    problems += unknown_names("not_randomised", parameters.not_randomised, known)
    keys = {arm.casefold() for arm in arms["arm"]}
    strange = [arm for arm in parameters.control_arms if arm.strip().casefold() not in keys]
    problems += unknown_names("control_arms", strange, sorted({arm for arm in arms["arm"] if arm}))
    if parameters.planned_split and not any(
        planned_shares(parameters.planned_split, tuple(own["arm"])) for _, own in arms.groupby("campaign")
    ):
        what = f"{parameters.planned_split!r} does not name all arms of any campaign with shares that add up to 100%."
        problems.append(Problem(f"{WHERE}.planned_split", what, "Example: control 50% / voucher 50%"))
    return problems


def _described(tables: Tables) -> dict[str, dict[str, object]]:
    """What campaigns says of each: name, channel, offer, started_on, ended_on, started_at, cost."""
    if not tables.has("campaigns", "campaign_id"):
        return {}
    campaigns = tables["campaigns"]
    wanted = ("name", "channel", "offer", "started_at", "started_on", "ended_on", "cost")
    frame: pd.DataFrame = campaigns.select(
        key=campaigns.campaign_id.cast("string"),
        **{name: campaigns[name] for name in wanted if name in campaigns.columns},
    ).to_pandas()
    frame = frame.sort_values([str(name) for name in frame.columns if name != "cost"]).drop_duplicates("key")
    return {str(row["key"]): {str(name): row[name] for name in frame.columns} for _, row in frame.iterrows()}


def _booked(tables: Tables) -> dict[str, float]:
    """Spend booked on each campaign."""
    if not tables.has("spend", "campaign_id", "cost"):
        return {}
    spend = tables["spend"]
    known = spend.filter(spend.campaign_id.notnull(), spend.cost.notnull())
    sums = known.group_by(key=known.campaign_id.cast("string")).aggregate(cost=known.cost.sum().cast("float64"))
    return {row["key"]: float(row["cost"]) for row in sums.to_pyarrow().to_pylist()}


def _cost(campaign: str, described: Mapping[str, Mapping[str, object]], booked: Mapping[str, float]) -> float:
    fixed = described.get(campaign, {}).get("cost")
    parts = [math.nan if fixed is None else float(str(fixed)), booked.get(campaign, math.nan)]
    known = [part for part in parts if not math.isnan(part)]
    return sum(known) if known else math.nan


def _dates(
    tables: Tables, own: SimpleNamespace, told: Mapping[str, object], parameters: CampaignEvaluationParameters
) -> dict[str, object]:
    """Name, channel and offer, the days of assignment, and the window."""
    line: dict[str, object] = {
        name: value if isinstance(value := told.get(name), str) else "" for name in ("name", "channel", "offer")
    }
    first, last, sent = (_moment(getattr(own, name)) for name in ("first_at", "last_at", "sent_at"))
    began, ended = _day(told.get("started_on")), _day(told.get("ended_on"))
    start = _moment(told.get("started_at")) or first or sent
    days, source = parameters.window_days, "parameter" if start is not None else "none"
    if first is None and sent is None and began is not None and ended is not None and ended >= began:
        days, source = (ended - began).days + 1, "campaign"
        start = utc_of_local_midnight(began, tables.zone)
    local = [None if moment is None else _local_day(moment, tables) for moment in (first or start, last or start)]
    return line | {
        "first_on": local[0], "last_on": local[1], "start": pd.NaT if start is None else pd.Timestamp(start),
        "window_days": days, "window_source": source,
    }  # fmt: skip


def _stamp(value: object) -> pd.Timestamp | None:
    return None if value is None or str(value) in ("NaT", "nan", "None") else pd.Timestamp(str(value))


def _moment(value: object) -> dt.datetime | None:
    stamp = _stamp(value)
    return None if stamp is None else stamp.to_pydatetime()


def _day(value: object) -> dt.date | None:
    stamp = _stamp(value)
    return None if stamp is None else stamp.date()


def _local_day(moment: dt.datetime, tables: Tables) -> dt.date:
    return moment.replace(tzinfo=dt.UTC).astimezone(tables.zone).date()


def _arms(
    rows: pd.DataFrame, line: Mapping[str, object], texts: Sequence[str], parameters: CampaignEvaluationParameters
) -> tuple[pd.DataFrame, dict[str, object]]:
    """The arms with their numbers and roles, and what the list says of them."""
    keys = [str(key) for key in rows["key"]]
    labels = {key: str(arm) for key, arm in zip(keys, rows["arm"], strict=True) if key}
    n = dict(zip(keys, rows["n"].astype(int), strict=True))
    known = int(rows["sent"].sum()) > 0
    has_times, from_list = bool(line["has_times"]), line["source"] == "audience"
    share = dict(zip(keys, rows["sent"] / rows["n"] if known else rows["n"] * math.nan, strict=True))
    untouched = [
        key for key in labels
        if (known and share[key] == 0) or (is_held(labels[key]) and (from_list or not share[key] >= SENT_SHARE))
    ]  # fmt: skip
    ordered = sorted(labels, key=natural)
    asked = [arm.strip().casefold() for arm in parameters.control_arms]
    control, kind = _control(ordered, asked, untouched)
    reason = _reason(str(line["campaign"]), ordered, parameters)
    if reason == "one_arm" and ordered[0] in untouched and "" not in share:
        reason = "all_held"
    if reason == "no_arms" and not len(rows) and line["in_two_arms"]:
        reason = "all_mixed"
    compared = len(ordered) > 1
    numbered = [control, *(key for key in ordered if key != control)] if compared else ordered
    if "" in share and not compared:
        numbered = [*numbered, ""] if numbered else [""]
    first = 0 if compared or not numbered or numbered[0] in untouched else 1  # none: all are in several arms
    number = {key: place + first for place, key in enumerate(numbered)}
    held = {*untouched, *([control] if compared and kind != "first" else [])}
    frame = rows[rows["key"].isin(list(number))].copy()
    frame["number"] = frame["key"].map(number)
    frame["role"] = ["control" if key in held or (key == control and compared) else "contact" for key in frame["key"]]
    frame["sent"] = frame["key"].map(share)
    if not has_times:  # a row without times is a message, but not to who was held out
        frame.loc[frame["key"].isin(held), "messages"] *= 0
    sizes = {label: n[key] for key, label in labels.items()}
    plan = _plan(sizes, texts, parameters, from_list=from_list) if compared else None
    equal = dict.fromkeys(sizes, 1 / len(sizes)) if compared else {}
    return frame, {
        "units": int(frame["n"].sum()), "messages": float(frame["messages"].sum(min_count=1)),
        "without_arm": n.get("", 0) if compared else 0,
        "kind": "randomised" if compared and reason != "not_randomised" else "targeted",
        "control": labels[control] if compared else "", "control_kind": kind if compared else "",
        "control_n": sizes[labels[control]] if compared else 0,
        "planned": plan or equal, "plan_known": plan is not None, "reason": reason,
    }  # fmt: skip


def is_held(label: str) -> bool:
    """Whether an arm is named as one that gets no message."""
    return label.strip().casefold() in HELD_WORDS or _HELD.search(label) is not None


def natural(label: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sorting key in which off_5 comes before off_10; no two labels are equal in it."""
    parts = re.findall(r"\d+|\D+", label)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), label


def _control(ordered: Sequence[str], asked: Sequence[str], untouched: Sequence[str]) -> tuple[str, str]:
    """The arm compared with, and why it is the one."""
    named = [key for key in ordered if key.casefold() in asked]
    if named:
        return min(named, key=lambda key: asked.index(key.casefold())), "named"
    held = [key for key in ordered if key in untouched]
    if held:
        return min(held, key=lambda key: (not is_held(key), ordered.index(key))), "untouched"
    return (ordered[0], "first") if ordered else ("", "")


def _reason(campaign: str, arms: Sequence[str], parameters: CampaignEvaluationParameters) -> str:
    if campaign in parameters.not_randomised:
        return "not_randomised"
    if len(arms) < 2:
        return "one_arm" if arms else "no_arms"
    return "many_arms" if len(arms) > MOST_ARMS else ""


def _plan(
    sizes: Mapping[str, int], texts: Sequence[str], parameters: CampaignEvaluationParameters, *, from_list: bool
) -> dict[str, float] | None:
    """Planned share of each arm: by the parameters, the campaign's own words, or the list's own draw."""
    arms = tuple(sizes)
    found = next((plan for text in (parameters.planned_split, *texts) if (plan := planned_shares(text, arms))), None)
    if found is None and from_list:  # drawn by count within strata, so that the arms are as they were planned
        total = sum(sizes.values())
        found = {arm: n / total for arm, n in sizes.items()}
    return found
