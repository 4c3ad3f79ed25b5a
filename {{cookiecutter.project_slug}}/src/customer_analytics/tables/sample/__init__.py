"""The synthetic client: raw exports of an invented business, with truths planted in them.

    from customer_analytics.tables.sample import make_sample

Nothing in it is real: persons do not exist, e-mails end on example.com, phones begin with a country code that is not
assigned. The same arguments give the same bytes.
"""

from customer_analytics.tables.sample.make import SampleSummary, make_sample

__all__ = ["SampleSummary", "make_sample"]
