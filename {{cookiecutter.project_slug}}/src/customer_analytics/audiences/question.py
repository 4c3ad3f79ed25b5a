"""The condition as it was written, and who meets it on any tables: today's, or those of an earlier day."""

from __future__ import annotations

import ibis.expr.types as ir

from customer_analytics.analysis.query import Query, parse_condition
from customer_analytics.audiences.options import Request
from customer_analytics.engagement import Project
from customer_analytics.tables.store import Tables

WHERE = "the condition"


class Question:
    """A parsed condition with the columns that the list and its strata need.

    Raises:
        UserError: the condition does not read; the message points at the word.
    """

    def __init__(self, project: Project, request: Request) -> None:
        self.project = project
        self.condition = parse_condition(request.condition, where=WHERE)
        self.columns = tuple(dict.fromkeys((*request.columns, *request.strata)))

    @property
    def canonical(self) -> str:
        """The condition in plain words of the language, every default written out."""
        return str(self.condition)

    def ask(self, tables: Tables, ledger: ir.Table | None) -> ir.Table:
        """customer_id of everyone who meets the condition, each once, with the columns.

        Raises:
            UserError: a name that there is not, or data that the condition needs and the client has not sent.
        """
        return Query(tables, {}, ledger=ledger).customers(self.condition, columns=self.columns)
