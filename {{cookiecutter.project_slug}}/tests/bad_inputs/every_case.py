"""All cases of the corpus, by the table of the guide that they stand in."""

from __future__ import annotations

import importlib

from bad_inputs.case import Case

GROUPS = {
    "Lines and delimiters": "shape_cases",
    "Encodings": "sign_cases",
    "Headings": "heading_cases",
    "Amounts": "amount_cases",
    "Days and times": "day_cases",
    "Excel": "workbook_cases",
    "Parquet and JSON": "typed_cases",
    "Numbers of orders and customers": "code_cases",
    "Files and folders": "place_cases",
}
CASES: dict[str, tuple[Case, ...]] = {
    title: importlib.import_module(f"bad_inputs.{module}").CASES for title, module in GROUPS.items()
}

# These went wrong when the corpus was made: a traceback, a wrong value, a sentence that led astray.
# CI runs them always; of the others, those that need a whole load run with --thorough.
MENDED = frozenset(
    """
    zero bytes before a number|zero bytes only|one huge line|10,000 columns|heading of 5 MB|line for Excel
    |title above the heading|comments above the heading|unusual delimiter|wrong delimiter stated|no heading
    |quotation mark not closed in the heading|line separators in values
    |Portuguese in Windows-1252|Finnish in Windows-1252|UTF-32 without a mark|Big5, not stated|Shift JIS, not stated
    |EUC-JP, not stated|EUC-KR, not stated|Windows-1251, not stated|Windows-1250, not stated
    |two encodings in one file|Latin-1, then UTF-8|GB18030 stated, UTF-8 sent|Latin-1 stated, UTF-8 sent
    |UTF-16 stated, UTF-8 sent|byte order mark within the file|EBCDIC|random bytes
    |headings equal but for how é is written|invisible characters in headings|line separator of Unicode in a heading
    |emoji and a mark of direction|more lines skipped than there are|heading skipped
    |thousands by points only|currencies|prices without cents|currency between digits|blanks that part no thousands
    |constant beyond all amounts
    |the year 0 and before|offsets that no place has|constant at the end of the calendar
    |protected by a password|web page under the name of a workbook|CSV under the name of a workbook
    |new workbook under the old ending|a cell at the end of the sheet|archive that unpacks to gigabytes
    |merged cells|table not at the top|second sheet with other columns
    |Parquet damaged inside|names that the engine uses itself|times beyond the calendar|JSON array
    |line separators in JSON|odd keys in JSON|JSON under the name of a CSV
    |blanks around|blanks around, far down
    |links in a circle|link to nothing|folder that holds itself|one file under two names|pipe in place of a file
    |socket in place of a file|device in place of a file|file's name in another encoding|endless path
    |what systems leave in folders|file vanishes before it is read|file vanishes before rows are set aside
    |file grows before it is read|file grows while it is read|file becomes another before it is read
    |zip, bzip2, xz and zstandard|documents and pictures|page of a login|placeholder of Git LFS
    """.replace("\n", "")
    .replace("    ", "")
    .strip()
    .split("|")
)
