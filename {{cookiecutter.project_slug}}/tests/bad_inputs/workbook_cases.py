"""Excel workbooks that are damaged, protected, something else, or hold more than a table."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter
from bad_inputs.case import NONE_THERE, Case, Content, Loaded, Refused, csv_of, orders, row

NAMES = ["no", "who", "when", "total"]
FIRST = ["1", "a", "2024-01-05", 5]
NOT_WHOLE = "not a whole Excel workbook. Open and save it in Excel as .xlsx, or ask for the file again."
Build = Callable[[Any], None]


def book(build: Build, **options: Any) -> Callable[[], bytes]:
    """A workbook that `build` fills."""

    def make() -> bytes:
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, options) as workbook:
            build(workbook)
        return file.getvalue()

    return make


def sheet(*rows: Sequence[object], name: str = "orders", down: int = 0) -> Build:
    """A sheet with these rows below its headings, `down` rows from the top."""

    def build(workbook: Any) -> None:
        target = workbook.add_worksheet(name)
        for number, values in enumerate([NAMES, *rows]):
            target.write_row(number + down, 0, values)

    return build


def changed(part: str, change: Callable[[bytes], bytes | None]) -> Callable[[], bytes]:
    """The plain workbook with one part of its archive changed, or left out."""

    def make() -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(PLAIN())) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in whole.namelist():
                content = change(whole.read(entry)) if entry.endswith(part) else whole.read(entry)
                if content is not None:
                    new.writestr(entry, content)
        return target.getvalue()

    return make


def case(name: str, wrong: str, content: Content, outcome: Loaded | str, file: str = "a.xlsx", **said: Any) -> Case:
    """A case of one workbook; a sentence where it is refused."""
    path = f"data/raw/{file}"
    expected = Refused((f"{path}{outcome}",)) if isinstance(outcome, str) else outcome
    return Case(name, wrong, {file: content}, expected, [orders(path, **said)])


def with_far_cell(workbook: Any) -> None:
    sheet(FIRST)(workbook)
    workbook.worksheets()[0].write(1_048_575, 16_383, "x")


def with_dates(workbook: Any) -> None:
    sheet()(workbook)
    target, form = workbook.worksheets()[0], workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for number, moment in enumerate((dt.datetime(2024, 2, 29, 23, 59), dt.datetime(1999, 12, 31)), start=1):
        target.write_row(number, 0, [str(number), "a"])
        target.write_datetime(number, 2, moment, form)
        target.write_number(number, 3, 5)


def with_formulas(workbook: Any) -> None:
    sheet(FIRST[:3], ["2", "b", "2024-01-05"])(workbook)
    workbook.worksheets()[0].write_formula(1, 3, "=2+3", None, 5)
    workbook.worksheets()[0].write_formula(2, 3, "=1/0", None, "#DIV/0!")


def with_merged_cells(workbook: Any) -> None:
    sheet(down=1)(workbook)
    target = workbook.worksheets()[0]
    target.merge_range(0, 0, 0, 3, "Report")
    target.merge_range(2, 1, 3, 1, "a")
    for number in (2, 3):
        target.write(number, 0, str(number))
        target.write_row(number, 2, ["2024-01-05", 5])


def with_hidden_sheets(workbook: Any) -> None:
    sheet(FIRST)(workbook)
    sheet(["2", "b", "2024-01-05", 6], name="old")(workbook)
    workbook.worksheets()[1].hide()


def with_pivot(workbook: Any) -> None:
    sheet(FIRST)(workbook)
    workbook.add_worksheet("pivot").write_row(0, 0, ["Sum of total"])


def with_protection() -> bytes:
    """The beginning of a workbook that a password protects: a container with one encrypted stream."""
    name = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + name + bytes(1000)


def claims_four_gigabytes() -> bytes:
    """The plain workbook, whose first part is said to be of four gigabytes."""
    content = bytearray(PLAIN())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (4_000_000_000).to_bytes(4, "little")
    return bytes(content)


def laughs(content: bytes) -> bytes:
    """Entities that make a billion words of one."""
    names = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    return content.replace(b"<sst", f'<!DOCTYPE x [<!ENTITY a0 "ha">{names}]><sst'.encode()).replace(b">a<", b">&a9;<")


def outside(content: bytes) -> bytes:
    """An entity that names a file of the machine."""
    entity = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><sst'
    return content.replace(b"<sst", entity).replace(b">a<", b">&f;<")


PLAIN = book(sheet(FIRST))
PAGE = "<html><body><table><tr><td>no</td></tr></table></body></html>"
CASES = (
    case("workbook cut off", "Half of the file arrived.", lambda: PLAIN()[:2000], f": {NOT_WHOLE}"),
    case("sheet damaged inside", "The archive is whole, the sheet in it is not.",
         changed("sheet1.xml", lambda content: content[:150]), f", sheet orders: {NOT_WHOLE}"),
    case("sheet missing inside", "The archive lacks a part.", changed("sheet1.xml", lambda content: None),
         f", sheet orders: {NOT_WHOLE}"),
    case("texts missing inside", "The archive lacks the part with all words.",
         changed("sharedStrings.xml", lambda content: None), f", sheet orders: {NOT_WHOLE}"),
    case("archive that is no workbook", "A zip file was renamed.", changed("", lambda content: None), f": {NOT_WHOLE}"),
    case("protected by a password", "Excel would ask for it.", with_protection,
         ": the workbook is protected by a password. Remove the password in Excel and save it."),
    case("web page under the name of a workbook", "Many systems export HTML as .xls.", PAGE,
         ": this is a web page or XML under the name of an Excel workbook. "
         "Open and save it in Excel as .xlsx, or ask for the file again.", "a.xls"),
    case("CSV under the name of a workbook", "Somebody renamed it.", csv_of("1,a,2024-01-05,5"),
         ": this is text under the name of an Excel workbook. Say `format: csv`."),
    case("new workbook under the old ending", "An .xlsx was saved as .xls.", PLAIN, Loaded((row(),)), "a.xls"),
    case("old workbook under the name of a CSV", "An .xls was renamed.", b"\xd0\xcf\x11\xe0" + bytes(2000),
         ": this is no text: it is an old or protected Excel workbook. Say `format: excel`; remove a password before.",
         "a.csv"),
    case("workbook under the name of a CSV", "An .xlsx was renamed.", PLAIN,
         ": this is no text: it is a zip archive or an Excel workbook. Unpack it; or say `format: excel`.", "a.csv"),
    case("a cell at the end of the sheet", "Row 1,048,576, column XFD: the reader would hold 17 billion cells.",
         book(with_far_cell), ": a sheet reaches to row 1,048,576 and column 16,384: too many cells to hold. "
         "Delete the rows and columns beyond the table, or ask for CSV."),
    case("archive that unpacks to gigabytes", "A small file that would fill the memory.", claims_four_gigabytes,
         ": the workbook unpacks to more than 1,073,741,824 bytes. Ask for CSV or Parquet."),
    case("entities that grow", "A billion laughs in the workbook's XML.", changed("sharedStrings.xml", laughs),
         f": {NOT_WHOLE}"),
    case("entity that names a file", "The workbook asks for a file of the machine.",
         changed("sharedStrings.xml", outside), f": {NOT_WHOLE}"),
    case("formulas", "The last worked out value counts; an error is no value.", book(with_formulas),
         Loaded((row(), row("2", "b", total="")))),
    case("merged cells", "A title over all columns, and one customer over two rows.", book(with_merged_cells),
         f", sheet orders: {NONE_THERE} Line 2 has them: say `skip_lines: 1`."),
    case("merged cells below the title", "Only the first of merged cells has the value.", book(with_merged_cells),
         Loaded((row("2", "a"), row("3", ""))), skip_lines=1),
    case("hidden sheet", "It is not read unless it is named.", book(with_hidden_sheets), Loaded((row(),))),
    case("hidden sheet, named", "engagement.yml says sheets: [old].", book(with_hidden_sheets),
         Loaded((row("2", "b", total="6.0000"),)), sheets=["old"]),
    case("second sheet with other columns", "A pivot table stands beside the data.", book(with_pivot),
         f", sheet pivot: {NONE_THERE} Columns there: Sum of total. "
         "Or name the sheets to read, for example sheets: [pivot]."),
    case("sheet that is not there", "engagement.yml names another.", PLAIN, ": no sheet 'x'. Sheets: orders.",
         sheets=["x"]),
    case("table not at the top", "Five empty rows come first.", book(sheet(FIRST, down=5)),
         f", sheet orders: {NONE_THERE} Line 6 has them: say `skip_lines: 5`."),
    case("dates counted from 1904", "An old Mac made the workbook.", book(with_dates, date_1904=True),
         Loaded((row(when="2024-02-29 23:59:00"), row("2", when="1999-12-31 00:00:00")))),
    case("numbers as ids", "1001.0, 007 as text, and true.",
         book(sheet([1001.0, "007", "2024-01-05", 5], [1002, True, "2024-01-05", "5"])),
         Loaded((row("1001", "007"), row("1002", "TRUE")))),
    case("workbook without rows", "Only headings.", book(sheet()), Loaded(())),
    case("workbook without anything", "One empty sheet.", book(lambda workbook: workbook.add_worksheet("x")),
         ": no visible sheet holds anything. Name the sheet that does: sheets: [<its name>]."),
)  # fmt: skip
