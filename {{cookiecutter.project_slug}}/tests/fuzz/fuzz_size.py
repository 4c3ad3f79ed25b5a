"""How much is tried: a little in every run of the tests, thousands of inputs with `pytest --thorough`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

thorough = False  # conftest sets it before a test module is read


def examples(few: int, many: int) -> settings:
    """Settings of hypothesis: `few` inputs, `many` when a whole campaign is asked for.

    The few are the same ones each time; a campaign looks for new ones. No deadline: what may take how long is asserted
    where it matters, in processor time.
    """
    return settings(
        max_examples=many if thorough else few,
        derandomize=not thorough,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
