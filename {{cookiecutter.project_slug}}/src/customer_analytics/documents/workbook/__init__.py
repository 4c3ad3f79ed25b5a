"""One Excel workbook a run: contents, findings, metrics, and a sheet for each table."""
