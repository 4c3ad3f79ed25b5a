from __future__ import annotations

import pytest
from pydantic import ValidationError

from customer_analytics.engagement.identity import IdentitySettings


def test_accounts_are_not_merged_unless_somebody_says_so():
    rules = IdentitySettings()
    assert (rules.resolve, rules.suspected, rules.linkage.compare, rules.linkage.merge_from) == (
        False,
        "report",
        [],
        None,
    )
    assert "phone" in rules.soft


def test_kinds_are_read_without_capitals():
    assert IdentitySettings(hard=[" Email "]).hard == ["email"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hard": ["phone"]}, "hard or soft, not both: phone"),
        ({"one_value": ["birthyear"]}, "Did you mean birth_year"),
        ({"one_value": ["customer_id"]}, "no column that describes customers"),
        ({"most_accounts": 1}, "auto or a whole number from 2 to 100"),
        ({"most_accounts": True}, "auto or a whole number"),
        ({"most_accounts": "many"}, "auto or a whole number"),
        ({"calling_code": "49"}, "should match pattern"),
        ({"trunk_prefix": "0x"}, "should match pattern"),
        ({"resolve": True, "one_value": [], "soft_needs": "profile"}, "there are none"),
        ({"linkage": {"compare": ["name"]}}, "at least two columns"),
        ({"linkage": {"compare": ["a", "b"], "merge_from": 0.5}}, "must not be below propose_from"),
        ({"resolv": True}, "resolv"),
    ],
)
def test_slips_are_refused_with_what_is_allowed(settings, message):
    with pytest.raises(ValidationError, match=message):
        IdentitySettings(**settings)
