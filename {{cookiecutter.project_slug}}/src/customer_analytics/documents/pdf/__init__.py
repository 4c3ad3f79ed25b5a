"""Pages of a run as PDF: by a Chromium where there is one, otherwise by WeasyPrint."""
