"""Text that is safe to open in a spreadsheet.

A text that begins like a formula runs as one in Excel, LibreOffice and WPS. Such texts get a leading apostrophe. So
does what follows a semicolon, a tab or a line break inside a text: a spreadsheet with other settings than the file's,
such as a German Excel, begins a new cell there, whatever the quotes say.
"""

from __future__ import annotations

import re
from typing import Any

# ASCII and full-width signs (spreadsheets with Chinese or Japanese settings read both), also behind blanks, marks that
# nobody sees and quotes; and, at the beginning, a tab or a line break.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_UNSEEN = " \u00a0\u3000\ufeff\u200b-\u200f\u2060\u00ad"
# What a text that runs holds, in the words of both Python's and the engine's regular expressions; and the carriage
# return, which Python's writer of CSV before 3.13 leaves without quotes, so that a row would end there.
RUNS = rf"\r|^[\t\n]|^[{_UNSEEN}]*[{_SIGNS}]|[;\t\n][{_UNSEEN}\"]*[{_SIGNS}]"
_RUNS = re.compile(RUNS)
_BEGINS = re.compile(rf"[\t\n]|[{_UNSEEN}]*[{_SIGNS}]")
_INSIDE = re.compile(rf"([;\t\n][{_UNSEEN}\"]*)(?=[{_SIGNS}])")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")


def safe_text(value: Any) -> Any:
    """The value, with an apostrophe before or inside it where it is a text that a spreadsheet would run.

    Lines of a text end with a line feed.
    """
    if not isinstance(value, str) or not _RUNS.search(value):
        return value
    inside = _INSIDE.sub(r"\1'", value.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{inside}" if _BEGINS.match(inside) else inside


def safe_raw_text(value: Any) -> Any:
    """The same for a value as a file holds it, in which numbers are text as well: "-12.50" stays."""
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else safe_text(value)
