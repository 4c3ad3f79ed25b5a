"""The tags of a project as a command makes them: the catalogue read, the tables opened, everything checked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.engagement import Project
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.tags import TagCatalogue, read_catalogue

if TYPE_CHECKING:
    from customer_analytics.analysis.tags import TagPortrait
    from customer_analytics.tables.store import Tables


def make_tags(project: Project, as_of: str | None = None) -> TagPortrait:
    """The tags of every customer.

    Args:
        project: the client project, with loaded tables.
        as_of: last day that counts, as 2011-12-09; None: the engagement's, else the last day in the data.

    Raises:
        UserError: mistakes in tags.yml or in the day, or nothing has been loaded.
    """
    from customer_analytics.analysis.tags import tag_portrait
    from customer_analytics.tables.ledger import open_ledger

    catalogue, data = _read(project, as_of)
    return tag_portrait(data, catalogue, open_ledger(project, data.backend, data.as_of))


def check_tags(project: Project) -> TagCatalogue:
    """Read tags.yml and check every rule against the tables, without running any.

    Raises:
        UserError: all mistakes in tags.yml, or nothing has been loaded.
    """
    from customer_analytics.analysis.tags import check_rules

    catalogue, data = _read(project, None)
    check_rules(data, catalogue)
    return catalogue


def _read(project: Project, as_of: str | None) -> tuple[TagCatalogue, Tables]:
    from customer_analytics.analysis.tags import parse_rules
    from customer_analytics.tables.store import open_tables

    catalogue = read_catalogue(project)
    parse_rules(catalogue)  # slips of the pen are named before any table is opened
    day = None if as_of is None else read_day(as_of)
    if as_of is not None and day is None:
        raise UserError([Problem("--as-of", "is not a date.", "For example: --as-of 2011-12-09")])
    return catalogue, open_tables(project, as_of=day)
