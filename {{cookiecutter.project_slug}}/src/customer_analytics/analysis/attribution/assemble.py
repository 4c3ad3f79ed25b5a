"""Attribution from end to end: a source, its journeys as sums, the seven models, and what experiments say to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution import journeys, models, ready_paths, touchpoints
from customer_analytics.analysis.attribution.calibration import calibration
from customer_analytics.analysis.attribution.models import MODELS, Shares
from customer_analytics.analysis.attribution.names import Names
from customer_analytics.analysis.attribution.result import CREDITS, PATHS, SPREAD, Attribution, Source
from customer_analytics.analysis.attribution.sums import Floats, Sums
from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.experiment import Experiments

CHAIN = "markov"
MISSING: dict[Source, str] = {
    "events": "events with a channel, a time and a customer or visitor, and orders of customers",
    "touches": "touches with a time, campaigns with a channel, and orders of customers",
    "paths": "a table channel_paths",
}


def attribution(
    tables: Tables,
    campaigns: Campaigns | None,
    parameters: CampaignEvaluationParameters,
    experiments: Experiments | None = None,
) -> Attribution:
    """Credit by channel and model; `reason` says why there is none.

    Args:
        tables: the canonical tables.
        campaigns, experiments: what was assigned and what it caused, to hold the models against; None: nothing.
        parameters: attribution_source, attribution_days, half_life_days, minimum_base, seed.

    Raises:
        UserError: the parameters ask for a source that the data do not hold.
    """
    source = source_of(tables, parameters)
    if source == "none":
        return Attribution("no_source")
    if source == "paths":
        return _of_paths(tables, parameters)
    return _of_contacts(tables, campaigns, experiments, parameters, source)


def source_of(tables: Tables, parameters: CampaignEvaluationParameters) -> Source:
    """Where contacts come from: what is asked for, else ready-made paths, else visits, else messages.

    Raises:
        UserError: what is asked for is not there.
    """
    known: dict[Source, bool] = {
        "paths": tables.has("channel_paths", "path"),
        "events": touchpoints.can_use_events(tables),
        "touches": touchpoints.can_use_touches(tables),
    }
    asked = parameters.attribution_source
    if asked == "auto":
        return next((source for source, there in known.items() if there), "none")
    if known[asked]:
        return asked
    there = [source for source, is_there in known.items() if is_there]
    mend = f"Available here: {', '.join(there)}." if there else "Leave it at auto."
    what = f"{asked!r} needs {MISSING[asked]}, which these data do not hold."
    raise UserError([Problem("reports.campaign_evaluation.attribution_source", what, mend)])


def _of_paths(tables: Tables, parameters: CampaignEvaluationParameters) -> Attribution:
    found = ready_paths.read(tables["channel_paths"], parameters.half_life_days, parameters.seed)
    if found is None:
        return Attribution("no_channel", "paths")
    paths = found.paths.assign(journeys=found.paths["conversions"] + found.paths["nulls"])
    people = np.full(len(found.names.shown), np.nan)
    made = _told(
        found.sums, found.names, parameters, (found.contacts, people), with_nulls=found.with_nulls,
        with_value=found.with_value,
    )  # fmt: skip
    listed = _rated(paths.head(journeys.LISTED), with_nulls=found.with_nulls)
    return replace(made, source="paths", paths=listed, unnamed=found.empty)


def _of_contacts(
    tables: Tables, campaigns: Campaigns | None, experiments: Experiments | None,
    parameters: CampaignEvaluationParameters, source: Source,
) -> Attribution:  # fmt: skip
    points = touchpoints.of_events(tables) if source == "events" else touchpoints.of_touches(tables)
    if points is None:
        return Attribution("no_channel", source)
    purchases = facts_of(campaigns, tables, parameters).bought
    assert purchases is not None  # source_of has looked
    names, bought = points.names, journeys.conversions(purchases)
    channels = len(names.shown)
    found = journeys.made(
        points.rows, bought, channels, parameters.attribution_days, parameters.half_life_days, journeys.end_of(tables)
    )
    sums = journeys.sums(found, channels)
    row = found.whole.aggregate(open=found.whole.open.sum()).to_pyarrow().to_pylist()[0]
    counts = found.contacts.group_by("code").aggregate(
        n=found.contacts.count(), people=found.contacts.person_id.nunique()
    ).to_pandas()  # fmt: skip
    size, people = np.zeros(channels), np.zeros(channels)
    size[counts["code"] - 1], people[counts["code"] - 1] = counts["n"], counts["people"]
    total = bought.aggregate(n=bought.conversions.sum()).to_pyarrow().to_pylist()[0]["n"] or 0
    with_value = tables.has("orders", "amount")
    made = _told(sums, names, parameters, (size, people), with_nulls=True, with_value=with_value)
    if campaigns is not None and experiments is not None and not made.reason:
        made = replace(made, calibration=calibration(found, names, campaigns, experiments))
    return replace(
        made, source=source, paths=_rated(_paths(found, names), with_nulls=True), unnamed=points.unnamed,
        open=float(row["open"] or 0), without_contact=float(total) - float(sums.set_totals[..., 0].sum()),
    )  # fmt: skip


def _told(
    sums: Sums, names: Names, parameters: CampaignEvaluationParameters, size: tuple[Floats, Floats], *,
    with_nulls: bool, with_value: bool,
) -> Attribution:  # fmt: skip
    """What all sources share. `size`: contacts and people by channel."""
    totals = sums.set_totals.sum(axis=(0, 1))
    common = Attribution(
        channels=names.shown, folded=names.folded, conversions=float(totals[0]),
        value=float(totals[1]) if with_value else float("nan"), nulls=float(totals[2]),
        journeys=float(totals[0] + totals[2]),
    )  # fmt: skip
    if not totals[0] > 0:
        return replace(common, reason="no_conversion")
    if totals[0] < parameters.minimum_base:
        return replace(common, reason="few_conversions")
    found = models.estimate(sums, parameters.seed, with_nulls=with_nulls)
    told = tuple(model for model in MODELS if with_nulls or model != CHAIN)
    credits = _credits(found, names, told, with_value=with_value)
    alone = [bin(one).count("1") == 1 for one in sums.sets.tolist()]
    known = (models.without_open(sums), found.shares[MODELS.index(CHAIN)])
    change = np.abs(known[0] - known[1])
    return replace(
        common,
        models=told,
        credits=credits,
        spread=_spread(credits, found, names, size),
        single=float(sums.set_totals[:, alone, 0].sum() / totals[0]),
        open_change=float(np.nanmax(change)) if with_nulls and not np.isnan(change).all() else float("nan"),
    )


def _credits(found: Shares, names: Names, told: tuple[str, ...], *, with_value: bool) -> pd.DataFrame:
    rows = [
        (
            channel, model, found.credits[place, at, 0], found.credits[place, at, 1] if with_value else np.nan,
            found.shares[place, at], found.low[place, at], found.high[place, at],
        )
        for at, channel in enumerate(names.shown)
        for place, model in enumerate(MODELS)
        if model in told
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(CREDITS))


def _spread(credits: pd.DataFrame, found: Shares, names: Names, size: tuple[Floats, Floats]) -> pd.DataFrame:
    """The lowest and the highest share of each channel; of models that agree the first in their order is named."""
    rows = []
    for at, channel in enumerate(names.shown):
        own = credits[credits["channel"] == channel].set_index("model")["share"].round(12)
        low, high = str(own.idxmin()), str(own.idxmax())
        rows.append(
            (
                channel, size[0][at], size[1][at], own[low], low, own[high], high, own[high] - own[low],
                found.effects[at], found.effects_low[at], found.effects_high[at],
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SPREAD))


def _paths(found: journeys.Journeys, names: Names) -> pd.DataFrame:
    frame = journeys.listed(found.whole)
    shown = []
    for trail, contacts in zip(frame["trail"], frame["shown"], strict=True):
        path = " > ".join(names.shown[code - 1] for code in journeys.unpacked(int(trail)))
        shown.append(f"… > {path}" if contacts > journeys.PACKED else path)
    return frame.assign(path=shown, contacts=np.minimum(frame["shown"], journeys.PACKED))


def _rated(paths: pd.DataFrame, *, with_nulls: bool) -> pd.DataFrame:
    rate = (paths["conversions"] / paths["journeys"]).clip(upper=1.0) if with_nulls else np.nan
    return paths.assign(rate=rate)[list(PATHS)].reset_index(drop=True)
