"""Words of figures, tables and sections: those that every report uses."""

from customer_analytics.narrative.exhibits import BarRow, Cell, FigureWords, How, PairRow, Row, SectionWords, TableWords

__all__ = ["BarRow", "Cell", "FigureWords", "How", "PairRow", "Row", "SectionWords", "TableWords"]
