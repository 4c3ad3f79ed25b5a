"""Media types by which a notebook tells the exporter what no reader of the notebook needs to see."""

from __future__ import annotations

_BASE = "application/vnd.customer-analytics"
REPORT = f"{_BASE}.report+json"  # cover, summary and appendix of the report
SECTION = f"{_BASE}.section+json"  # id and title of a section, for the contents
PART = f"{_BASE}.part+json"  # marks a block for the client; everything else stays in the notebook
STYLE = f"{_BASE}.style+json"  # marks the style sheet that is only for JupyterLab
