"""Customer analytics: from a client's exports to reports and audiences."""

__version__ = "0.9.0"
