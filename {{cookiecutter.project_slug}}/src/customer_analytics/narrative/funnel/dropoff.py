"""What the drop-off analysis adds to the first screen."""

from __future__ import annotations

from customer_analytics.narrative.finding import Finding
from customer_analytics.narrative.funnel.change import change_finding
from customer_analytics.narrative.funnel.drivers import reason_finding
from customer_analytics.narrative.funnel.prize import dropoff_finding
from customer_analytics.narrative.funnel.view import View


def findings(view: View) -> list[Finding]:
    """The group with the largest prize (or that there is none), what the lost met, what changed; in this order."""
    if view.dropoff is None or not view.enough:
        return []
    return [one for one in (dropoff_finding(view), reason_finding(view), change_finding(view)) if one is not None]
