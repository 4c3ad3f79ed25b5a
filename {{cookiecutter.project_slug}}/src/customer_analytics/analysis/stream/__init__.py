"""What people did, as one stream of events, and who they are. The foundation of funnel, paths, retention and churn."""

from __future__ import annotations

from customer_analytics.analysis.stream.events import event_names, event_stream
from customer_analytics.analysis.stream.people import customer_id_of, is_visitor, person_id

__all__ = ["customer_id_of", "event_names", "event_stream", "is_visitor", "person_id"]
