"""The planted hazards of leaving on the loaded synthetic client, through the whole public path."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from customer_analytics.analysis import hazard
from customer_analytics.analysis.churn.study import study
from customer_analytics.engagement.parameters import ChurnParameters


@pytest.fixture(scope="module")
def found(sample_client: Any) -> hazard.HazardResult:
    parameters = ChurnParameters()
    return hazard.analyse(sample_client.tables, study(sample_client.tables, parameters), parameters)


def test_planted_effects_on_leaving_are_found_from_purchases_alone(sample_client: Any, found: Any) -> None:
    """Nobody says that they leave; the model of dropout needs no such verdict. Signs turn with the reference."""
    planted = sample_client.truth["churn"]["activity"]["log_hazard"]
    table = found.lives.effects.set_index("covariate")
    terms = {
        "acquisition_channel=deal site": planted["channel_deal_site"], "early_complaint": planted["early_complaint"],
        "first_order_discounted": planted["first_order_discounted"], "consent=no": -planted["consent"],
        "age_decades": planted["age_decades_over_40"],
    }  # fmt: skip
    away = [(table.loc[name, "coefficient"] - value) / table.loc[name, "error"] for name, value in terms.items()]
    # In this draw of people whoever knew each day of leaving would be 2.2 errors off on complaints.
    assert np.abs(away).max() < 3.5 and (np.abs(away) < 1.96).sum() >= 4
    assert (table.loc[["acquisition_channel=deal site", "early_complaint", "consent=no"], "q"] < 0.01).all()


def test_silence_alone_draws_the_strongest_effect_towards_none(found: Any) -> None:
    row = found.lives.effects.set_index("covariate").loc["acquisition_channel=deal site"]
    assert 1 < row["by_silence"] < row["hazard_ratio"]


def test_contracts_of_the_loaded_client_are_counted_and_their_effects_found(sample_client: Any, found: Any) -> None:
    truth = sample_client.truth["churn"]["contract"]
    assert (found.contracts.people, found.contracts.ended) == (truth["contracts"], truth["ended"])
    table = found.contracts.effects.set_index("covariate")
    for name, value in {
        "plan=Plus yearly": truth["log_hazard"]["yearly_plan"],
        "acquisition_channel=deal site": truth["log_hazard"]["channel_deal_site"],
        "early_complaint": truth["log_hazard"]["early_complaint"],
    }.items():
        assert abs(table.loc[name, "coefficient"] - value) < 2.6 * table.loc[name, "error"], name
    aside = found.contracts.set_aside.set_index("feature")["reason"]
    assert aside["price"] == "collinear"  # a plan has one price


def test_lives_are_the_main_part_of_a_shop_and_both_parts_are_in_the_files(found: Any) -> None:
    assert found.main is found.lives
    made = hazard.tables(found, 10)
    assert made["survival"]["population"].drop_duplicates().tolist() == ["lives", "contracts"]
    assert set(made["hazards"]["population"]) == {"lives", "contracts"}
    assert list(hazard.customer_tables(found)) == ["contract_scores"]


def test_random_leaving_goes_with_nothing(plain_client: Any) -> None:
    parameters = ChurnParameters()
    tables = plain_client.tables
    found = hazard.analyse(tables, study(tables, parameters), parameters)
    assert found.lives is not None and found.contracts is not None
    assert not (found.lives.effects["q"] < 0.01).any() and not (found.contracts.effects["q"] < 0.01).any()


def test_the_same_data_give_the_same_figures_to_the_last_digit(sample_client: Any, found: Any) -> None:
    parameters = ChurnParameters()
    again = hazard.analyse(sample_client.tables, study(sample_client.tables, parameters), parameters)
    for one, other in ((found.lives, again.lives), (found.contracts, again.contracts)):
        assert one.effects.equals(other.effects) and one.scores.equals(other.scores)
        assert one.tenure.equals(other.tenure)
