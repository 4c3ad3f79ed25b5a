"""Whether a tag can run: the industry, the tables and columns, the hours, the names of events; and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer_analytics.analysis.query import Query, Value
from customer_analytics.analysis.tags.entries import Entry, not_for
from customer_analytics.analysis.tags.event_names import names_of_events, unmet
from customer_analytics.analysis.tags.hours import sources_of_hours, without_hours
from customer_analytics.analysis.tags.result import Reason, Why
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class Availability:
    """What the data carry, asked once for all tags."""

    catalogue: TagCatalogue
    query: Query
    definitions: Mapping[str, Value]
    models: Mapping[str, Reason]  # facts of models that could not be made
    hourless: frozenset[str]  # sources whose times are days
    events: frozenset[str]  # names of events

    @classmethod
    def of(
        cls,
        data: Tables,
        catalogue: TagCatalogue,
        query: Query,
        definitions: Mapping[str, Value],
        models: Mapping[str, Reason],
    ) -> Availability:
        """Look at the data: one figure for each source with hours, and the names of events."""
        hours = (sources_of_hours(rule, definitions) for rule in definitions.values())
        sources = sorted(frozenset[str]().union(*hours))
        return cls(catalogue, query, definitions, models, without_hours(data, sources), names_of_events(data))

    def reason(self, entry: Entry) -> Reason | None:
        """Why a tag cannot run; None when it can."""
        return not_for(entry, self.catalogue) or self._lacking(entry) or self._empty_handed(entry)

    def _lacking(self, entry: Entry) -> Reason | None:
        """What the data lack; a fact of a model says itself what it lacks."""
        missing = self.query.missing(entry.rule, name=entry.name)
        models = [self.models[name] for name in _facts(missing) if name in self.models]
        if models:
            return models[0]
        return Reason(Why.MISSING, missing) if missing else None

    def _empty_handed(self, entry: Entry) -> Reason | None:
        """The columns are there, but what the rule looks for is in none of their rows."""
        hourless = sources_of_hours(entry.rule, self.definitions) & self.hourless
        if hourless:
            return Reason(Why.NO_HOURS, tuple(sorted(hourless)))
        names = unmet(entry.rule, self.definitions, self.events)
        return Reason(Why.NO_EVENTS, names) if names else None


def _facts(missing: Iterable[str]) -> list[str]:
    return [name.rpartition(".")[2] for name in missing]
