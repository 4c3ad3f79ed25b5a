"""Documents made of a run: PDF, workbook and slides, and what of them leaves the house."""
