"""What past randomised contacts changed, from the tables."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, norm

from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.uplift import qini as area
from customer_analytics.analysis.uplift.campaigns import ALARM, LEAST, Contrast, assigned_people, contrasts
from customer_analytics.analysis.uplift.followed import Followed, assignments, follow
from customer_analytics.analysis.uplift.hundredths import blocks_of
from customer_analytics.analysis.uplift.learner import Trial, cross_fitted, fit, signal
from customer_analytics.analysis.uplift.order_test import order_test
from customer_analytics.analysis.uplift.result import CAMPAIGNS, SOUND, UpliftResult
from customer_analytics.statistics import Interval, holm, newcombe
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
LEAST_ASSIGNED = 400  # assignments below which customers are not ordered by what a contact changes
LEVEL = 0.05
RESAMPLES = 1_000
PENALTY = 300.0  # of the fits in the test of the order, of the middle of those that are tried


@dataclass(frozen=True)
class Arms:
    """The compared people of sound campaigns, one entry an assignment."""

    rows: pd.DataFrame  # campaign_id, person_id, treated, stayed
    x: Floats


def analyse(tables: Tables, study: Study, people: pd.Series, seed: int) -> UpliftResult:
    """Effects of past campaigns on staying; the order of the `people` scored now, where it can be told.

    Args:
        tables: the engagement's tables.
        study: what staying means, and when.
        people: person ids that were scored now.
        seed: of folds and resamples.
    """
    assigned = assigned_people(tables) if study.windows.horizon_days else None
    if assigned is None:
        return UpliftResult("no_touches", pd.DataFrame(columns=list(CAMPAIGNS)))
    assigned = assigned.cache()
    found = contrasts(tables, assigned)
    if not found:
        return UpliftResult("no_touches", pd.DataFrame(columns=list(CAMPAIGNS)))
    candidates = [one for one in found if not one.verdict]
    rows = assignments(assigned, [one.campaign_id for one in candidates], sum(one.assigned for one in candidates))
    seen = follow(tables, study, rows) if len(rows) else None
    table, arms = _compared(found, rows, seen, study)
    sound = table["verdict"] == SOUND
    if not sound.any() or arms is None:
        return UpliftResult("no_sound", table)
    kept, interval = kept_share(arms.rows, seed)
    result = UpliftResult("", table, int(sound.sum()), len(arms.rows), kept, interval)
    assert seen is not None
    if len(arms.rows) < LEAST_ASSIGNED:
        return result
    return _ordered(tables, study, people, arms, seen.features, result, seed)


def _compared(
    found: list[Contrast], rows: pd.DataFrame, seen: Followed | None, study: Study
) -> tuple[pd.DataFrame, Arms | None]:
    """The table of all campaigns, and the people of those whose arms may be compared."""
    reach = study.windows.gap_days + study.windows.horizon_days
    lines, parts = [], []
    for one in found:
        line = {
            "campaign_id": one.campaign_id, "verdict": one.verdict, "day": math.nan, "assigned": one.assigned,
            "in_two_arms": one.in_two_arms, "treated": one.treated_n, "control": one.control_n, "ratio_p": one.ratio_p,
            "plan_known": one.plan_known,
        }  # fmt: skip
        if not one.verdict and seen is not None:
            inside = (rows["campaign_id"] == one.campaign_id).to_numpy()
            line["day"] = float(rows.loc[inside, "cut"].median()) if inside.any() else math.nan
            took_part = inside & rows["arm"].isin([*one.treated, *one.control]).to_numpy() & seen.here
            took_part &= (rows["cut"] + reach <= study.windows.now).to_numpy()
            over = bool(inside.any()) and bool((rows.loc[inside, "cut"] + reach <= study.windows.now).any())
            treated = rows["arm"].isin(one.treated).to_numpy()[took_part].astype(np.float64)
            line |= _effect(treated, seen.stayed[took_part], seen.x[took_part], over=over)
            if line["verdict"] == SOUND:
                own = rows.loc[took_part, ["campaign_id", "person_id"]]
                parts.append((own.assign(treated=treated, stayed=seen.stayed[took_part]), seen.x[took_part]))
        lines.append(line)
    table = pd.DataFrame(lines).reindex(columns=list(CAMPAIGNS))
    tested = table["p"].notna()
    table.loc[tested, "p_adjusted"] = holm(table.loc[tested, "p"].to_numpy(np.float64))
    if not parts:
        return table, None
    people = pd.concat([part for part, _ in parts], ignore_index=True)
    return table, Arms(people, np.concatenate([x for _, x in parts]))


def _effect(treated: Floats, stayed: Floats, x: Floats, *, over: bool) -> dict[str, object]:
    """Verdict and, where sound, what both arms did."""
    n_t, n_c = int(treated.sum()), int(len(treated) - treated.sum())
    line: dict[str, object] = {"followed": n_t + n_c, "treated_n": n_t, "control_n": n_c}
    if not over:
        return line | {"verdict": "not_over"}
    if min(n_t, n_c) < LEAST:
        return line | {"verdict": "few"}
    alike_p = alike(treated, x)
    line["alike_p"] = alike_p
    if alike_p < ALARM:
        return line | {"verdict": "not_alike"}
    y_t, y_c = float(stayed @ treated), float(stayed @ (1 - treated))
    low, high = newcombe(y_t, n_t, y_c, n_c)
    share = (y_t + y_c) / (n_t + n_c)
    error = math.sqrt(share * (1 - share) * (1 / n_t + 1 / n_c))
    p = 2 * float(norm.sf(abs(y_t / n_t - y_c / n_c) / error)) if error > 0 else math.nan
    return line | {
        "verdict": SOUND, "treated_stayed": int(y_t), "control_stayed": int(y_c), "effect": y_t / n_t - y_c / n_c,
        "low": low, "high": high, "p": p,
    }  # fmt: skip


def alike(treated: Floats, x: Floats) -> float:
    """p of the test that both arms are alike in everything known before (Hotelling's T², large samples)."""
    moving = x.std(axis=0) > 1e-12
    if not moving.any():
        return 1.0
    one, other = x[treated == 1][:, moving], x[treated == 0][:, moving]
    difference = one.mean(axis=0) - other.mean(axis=0)
    covariance = np.atleast_2d(np.cov(one.T)) / len(one) + np.atleast_2d(np.cov(other.T)) / len(other)
    distance = float(difference @ np.linalg.pinv(covariance) @ difference)
    return float(chi2.sf(distance, np.linalg.matrix_rank(covariance)))


def kept_share(rows: pd.DataFrame, seed: int) -> tuple[float, Interval]:
    """Share of the leaving who stayed because of the contact: 1 - ratio of the shares that left, all campaigns together
    (Mantel and Haenszel 1959), with an interval by drawing persons again."""
    block, campaign = blocks_of(rows["person_id"]), pd.factorize(rows["campaign_id"], sort=True)[0]
    treated, left = rows["treated"].to_numpy(np.float64), 1 - rows["stayed"].to_numpy(np.float64)
    blocks, many = int(block.max()) + 1, int(campaign.max()) + 1

    def summed(values: Floats) -> Floats:
        counts = np.bincount(block * many + campaign, weights=values, minlength=blocks * many)
        return counts.reshape(blocks, many).astype(np.float64)

    parts = np.stack([summed(treated), summed(1 - treated), summed(treated * left), summed((1 - treated) * left)])
    generator = np.random.default_rng([seed, 83])
    drawn = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES).astype(np.float64)
    point = float(_kept(parts.sum(axis=1)[:, None, :])[0])
    low, high = np.nanquantile(_kept(np.stack([drawn @ part for part in parts])), (0.025, 0.975))
    return point, Interval(float(low), float(high))


def _kept(parts: Floats) -> Floats:
    """1 - Mantel-Haenszel ratio for each row; parts: treated, control, left among treated, left among control, each
    (rows, campaigns)."""
    n_t, n_c, a, b = parts
    n = np.maximum(n_t + n_c, 1e-12)
    below = (b * n_t / n).sum(axis=1)
    ratio = np.divide((a * n_c / n).sum(axis=1), below, out=np.full(len(below), np.nan), where=below > 0)
    kept: Floats = 1 - ratio
    return kept


def _ordered(
    tables: Tables,
    study: Study,
    people: pd.Series,
    arms: Arms,
    features: tuple[str, ...],
    result: UpliftResult,
    seed: int,
) -> UpliftResult:
    """The result with the order by what a contact changes, tested on people who took no part in it."""
    trial = _trial(arms)
    change, fold = cross_fitted(trial, seed)
    # Fits of different folds differ in their level by chance, against the people left out: only ranks within count.
    order = np.asarray(pd.Series(change).groupby(fold).rank(pct=True), dtype=np.float64)
    if np.ptp(change) < 1e-12:
        order = np.zeros(len(change))
    signals, block = signal(trial, seed), blocks_of(arms.rows["person_id"])
    by_chance = order_test(trial, block, seed, PENALTY)
    found = dataclasses.replace(area.qini(order, signals, block, seed), p=by_chance)
    table, _ = area.groups(order, change, signals, block)
    savable = tuple(int(one) for one in table.loc[table["p_positive"] < LEVEL, "group"])
    harmed = tuple(int(one) for one in table.loc[table["p_negative"] < LEVEL, "group"])
    result = dataclasses.replace(
        result, qini=found, groups=table, features=features, savable=savable if found.holds else (),
        harmed=harmed if found.holds else (),
    )  # fmt: skip
    if not found.holds:
        return result
    final = fit(trial, seed)
    edges = np.quantile(final.at(trial.x), np.arange(1, area.FIFTHS) / area.FIFTHS)
    moments = pd.DataFrame({"person_id": people.astype(str), "cut": study.windows.now})
    own = final.at(follow(tables, study, moments).x)
    group = area.FIFTHS - np.searchsorted(edges, own, side="left")
    return dataclasses.replace(
        result, uplift=pd.DataFrame({"person_id": people.to_numpy(dtype=object), "uplift": own, "group": group})
    )


def _trial(arms: Arms) -> Trial:
    """The rows as numbers; the chance of being treated is that of the campaign among those compared."""
    campaign = pd.factorize(arms.rows["campaign_id"], sort=True)[0].astype(np.int64)
    treated = arms.rows["treated"].to_numpy(np.float64)
    chance = np.bincount(campaign, weights=treated) / np.bincount(campaign)
    person = pd.factorize(arms.rows["person_id"], sort=True)[0].astype(np.int64)
    return Trial(arms.x, campaign, treated, chance[campaign], arms.rows["stayed"].to_numpy(np.float64), person)
