"""Text that is safe to open in a spreadsheet.

A text that begins like a formula runs as one in Excel, LibreOffice and WPS. Such texts get a leading apostrophe.
"""

from __future__ import annotations

import re
from typing import Any

# ASCII and full-width signs (spreadsheets with Chinese or Japanese settings read both), tab, line breaks
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?")


def safe_text(value: Any) -> Any:
    """The value, with an apostrophe before it when it is a text that a spreadsheet would run."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTERS) else value


def safe_raw_text(value: Any) -> Any:
    """The same for a value as a file holds it, in which numbers are text as well: "-12.50" stays."""
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else safe_text(value)
