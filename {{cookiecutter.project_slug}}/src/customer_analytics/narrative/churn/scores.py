"""scores.csv: each scored customer with probability, tier, value, three reasons, action and valid until, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.narrative.churn.acting import action_name, quiet_name
from customer_analytics.narrative.churn.sentences import sentences

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

REASONS = ("reason_1", "reason_2", "reason_3")


def scores_table(view: View) -> pd.DataFrame | None:
    """The contract's columns in their order, then low, high and what else was found; None where nobody was scored.

    Tiers stay keys (high, medium, low), for machines; reasons, action and do_not_disturb are words of the language.
    """
    actions = view.result.actions
    if actions is None or actions.reason:
        return None
    scores = actions.scores.copy(deep=False)
    told = _reasons(view, scores)
    for name in REASONS:
        scores[name] = told[name].to_numpy(dtype=object)
    scores["action"] = scores["action"].map({key: str(action_name(view, key)) for key in scores["action"].unique()})
    quiet = {key: str(quiet_name(view, key)) for key in scores["do_not_disturb"].unique() if key}
    scores["do_not_disturb"] = scores["do_not_disturb"].map(quiet).astype(object)
    return scores


def _reasons(view: View, scores: pd.DataFrame) -> pd.DataFrame:
    """The three reasons of each customer in words, in their order; None where there is none."""
    samples = view.result.samples
    keyed = scores[["customer_id", *REASONS]].rename(columns={"customer_id": "person_id"})
    if samples is None:
        return keyed.assign(**dict.fromkeys(REASONS, None))
    return sentences(language=view.language, kind=view.kind, keyed=keyed, frame=samples.now.frame)


def customer_tables(view: View) -> dict[str, pd.DataFrame]:
    """The file scores.csv; none where nobody was scored."""
    table = scores_table(view)
    return {} if table is None else {"scores": table}
