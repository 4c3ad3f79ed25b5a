"""The condition as it was written, and who meets it on any tables: today's, or those of an earlier day."""

from __future__ import annotations

import ibis.expr.types as ir

from customer_analytics.analysis.query import Name, Query, names_in, parse_condition
from customer_analytics.analysis.query.nodes import Known
from customer_analytics.analysis.tags import TagQuery, tag_query
from customer_analytics.audiences.options import Request
from customer_analytics.audiences.strangers import Stranger, strangers
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.tags import FILE_NAME, read_catalogue
from customer_analytics.tables.store import Tables

WHERE = "the condition"


class Question:
    """A parsed condition with the columns that the list and its strata need; it may name the tags of tags.yml.

    Raises:
        UserError: the condition does not read, the message pointing at the word; or tags.yml has mistakes.
    """

    def __init__(self, project: Project, request: Request) -> None:
        self.condition = parse_condition(request.condition, where=WHERE)
        self.columns = tuple(dict.fromkeys((*request.columns, *request.strata)))
        self.names = names_in(self.condition) | set(self.columns)
        self.catalogue = read_catalogue(project) if (project.folder / FILE_NAME).is_file() else None

    @property
    def canonical(self) -> str:
        """The condition as the language writes it itself."""
        return str(self.condition)

    def ask(self, tables: Tables, ledger: ir.Table | None) -> ir.Table:
        """customer_id of everyone who meets the condition, each once, with the columns.

        Raises:
            UserError: a name that there is not, or data that the condition needs and the client has not sent.
        """
        ready = self._ready(tables, ledger)
        try:
            return ready.query.customers(self.condition, columns=self.columns, where=WHERE)
        except UserError as error:
            skipped = [
                Problem(
                    f"tag {name}", f"cannot be used: {ready.skipped[name]}.", "`analytics tags` lists those that can."
                )
                for name in sorted(self.names & ready.skipped.keys())
            ]
            raise UserError([*error.problems, *skipped]) from None

    def strangers(self, tables: Tables, ledger: ir.Table | None, minimum_group: int) -> tuple[Stranger, ...]:
        """Names and values in the condition that nothing in the data bears; the condition must be sound."""

        def attribute(name: str) -> ir.Column:
            if tables.has("customers", name):
                return tables["customers"][name]
            return self._ready(tables, ledger).query.customers(Known(Name(name), True), columns=(name,), where=WHERE)[
                name
            ]

        return strangers(self.condition, tables, ledger, attribute, minimum_group)

    def _ready(self, tables: Tables, ledger: ir.Table | None) -> TagQuery:
        if self.catalogue is None:
            return TagQuery(Query(tables, ledger=ledger), {})
        return tag_query(tables, self.catalogue, ledger, wanted=self.names)
