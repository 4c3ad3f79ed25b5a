"""How exports are stored: one module a format. `heads_of` looks at the beginnings, `open_raw` reads it all."""

from customer_analytics.tables.formats.dispatch import heads_of, open_raw
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal

__all__ = ["Head", "Raw", "heads_of", "internal", "open_raw"]
