"""The synthetic client: raw exports of an invented business, with truths planted in them.

    from customer_analytics.tables.sample import make_sample

Nothing in it is real: persons do not exist, e-mails end on example.com, phones begin with a country code that is not
assigned. The same arguments give the same bytes.
"""

from customer_analytics.tables.sample.make import SampleSummary, make_sample
from customer_analytics.tables.sample.next_period import NextPeriod, make_next_period

__all__ = ["NextPeriod", "SampleSummary", "make_next_period", "make_sample"]
