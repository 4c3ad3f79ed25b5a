"""What the drop-off analysis adds to the first screen."""

from __future__ import annotations

from customer_analytics.narrative.finding import Finding
from customer_analytics.narrative.funnel.change import change_finding
from customer_analytics.narrative.funnel.drivers import reason_finding
from customer_analytics.narrative.funnel.prize import dropoff_finding
from customer_analytics.narrative.funnel.view import View


def first_finding(view: View) -> Finding | None:
    """The group with the largest prize: what a client should hear first; None where no group loses more."""
    finding = _dropoff(view)
    return finding if finding is not None and finding.notable else None


def findings(view: View) -> list[Finding]:
    """What the lost met, what changed, or that no group loses more than the rest."""
    if view.dropoff is None or not view.enough:
        return []
    nothing = None if first_finding(view) is not None else _dropoff(view)
    return [one for one in (reason_finding(view), change_finding(view), nothing) if one is not None]


def _dropoff(view: View) -> Finding | None:
    return dropoff_finding(view) if view.dropoff is not None and view.enough else None
