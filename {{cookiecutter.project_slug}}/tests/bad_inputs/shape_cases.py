"""Files whose lines are not what a table's lines are."""

from __future__ import annotations

from bad_inputs.case import HEADER, NONE_THERE, Case, Loaded, Refused, csv_of, many, orders, row

NOTED = HEADER.replace("\n", ",note\n")
RAGGED = "do not have as many values as the header. Check `delimiter:` and `skip_lines:`, or raise `tolerance:`."


def case(name: str, wrong: str, content: str | bytes, outcome: Refused | Loaded, **more: object) -> Case:
    """A case of one CSV file."""
    return Case(name, wrong, {"a.csv": content}, outcome, **more)  # type: ignore[arg-type]


def refused(sentence: str, *, late: bool = False) -> Refused:
    """A sentence about the one file."""
    return Refused((f"data/raw/a.csv{sentence}",), late)


def one_aside(rows: int, line: int, reason: str = "wrong number of values") -> Loaded:
    """All rows but one."""
    return Loaded(rows, {reason: 1}, (line,))


NO_NAMES = "no column names were found. Is there a header? If not: `header: false`."
CASES = (
    case("empty file", "The file has no bytes.", "",
         refused(": the file is empty. Ask for it again, or leave it out of `files:`.")),
    case("blank lines only", "The file has line ends and nothing else.", "\n\n\n\n", refused(f", line 1: {NO_NAMES}")),
    case("byte order mark only", "The file has a mark and no text.", b"\xef\xbb\xbf", refused(f": {NO_NAMES}")),
    case("heading only", "There is a heading and no row.", HEADER, Loaded(())),
    case("heading without a line end", "The heading is the whole file.", HEADER.strip(), Loaded(())),
    case("last line without a line end", "The file stops after the last value.", HEADER + "1,a,2024-01-05,5",
         Loaded((row(),))),
    case("no heading", "The first line is a row.", csv_of("1,a,2024-01-05,5", header=""),
         refused(f", line 1: {NONE_THERE} The line looks like data: is there a header? "
                 "If not: `header: false` and `names:`.")),
    case("title above the heading", "A title and an empty line come first.",
         csv_of("1,a,2024-01-05,5", header=f"Sales 2024\n\n{HEADER}"),
         refused(f", line 1: {NONE_THERE} Line 3 has them: say `skip_lines: 2`.")),
    case("comments above the heading", "The export begins with lines of comment.",
         csv_of("1,a,2024-01-05,5", header=f"# made by crm\n# page 1\n{HEADER}"),
         refused(f", line 1: {NONE_THERE} Line 3 has them: say `skip_lines: 2`.")),
    case("comment between rows", "A line of comment stands between the rows.",
         HEADER + many(range(40)) + "# page 2\n" + many(range(40, 60)), one_aside(60, 42)),
    case("heading repeated", "Two exports were put together with their headings.",
         HEADER + many(range(30)) + HEADER + many(range(30, 60)), one_aside(60, 32, "unreadable ordered_at")),
    case("footer with a total", "The last line is a sum and no order.",
         HEADER + many(range(1, 41)) + "Total,,,840.00\n",
         Loaded(40, {"missing ordered_at": 1}, (42,), money="840.0000")),
    case("footer with the number of rows", "A database tool wrote how many rows there are.",
         HEADER + many(range(1, 41)) + "(40 rows affected)\n", one_aside(40, 42)),
    case("line for Excel", "The first line is `sep=;`, which Excel writes for itself.",
         csv_of("1;a;2024-01-05;5", header="sep=;\nno;who;when;total\n"), Loaded((row(),))),
    case("semicolons", "Values are parted by semicolons, and amounts have a decimal comma.",
         csv_of("1;a;2024-01-05;5,50", header="no;who;when;total\n"),
         Loaded((row(total="5.5000"),), notes=("amount: read with a decimal comma.",))),
    case("tabs in a CSV", "Values are parted by tabs under the name of a CSV.",
         csv_of("1\ta\t2024-01-05\t5", header="no\twho\twhen\ttotal\n"), Loaded((row(),))),
    case("unusual delimiter", "Values are parted by ^, which is not guessed.",
         csv_of("1^a^2024-01-05^5", header="no^who^when^total\n"),
         refused(f', line 1: {NONE_THERE} Line 1 has them: say `delimiter: "^"`.')),
    case("invisible delimiter", "Hive parts values by a control character.",
         csv_of("1,a,2024-01-05,5").replace(",", "\x01"),
         refused(f', line 1: {NONE_THERE} Line 1 has them: say `delimiter: "\\x01"`.')),
    case("invisible delimiter, stated", 'delimiter: "\\x01".', csv_of("1,a,2024-01-05,5").replace(",", "\x01"),
         Loaded((row(),)), sources=[orders(delimiter="\x01")]),
    case("wrong delimiter stated", "engagement.yml says a semicolon, the file has commas.",
         csv_of("1,a,2024-01-05,5"),
         refused(f', line 1: {NONE_THERE} Line 1 has them: say `delimiter: ","`.'),
         sources=[orders(delimiter=";")]),
    case("delimiter changes", "Every second line is parted by semicolons.",
         csv_of("1,a,2024-01-05,5", "2;b;2024-01-05;6"), refused(f", line 3: 1 of 2 rows {RAGGED}", late=True)),
    case("delimiter at the end of each row", "Rows end with a comma, the heading does not.",
         csv_of("1,a,2024-01-05,5,", "2,b,2024-01-05,6,"), Loaded((row(), row("2", "b", total="6.0000")))),
    case("row too short", "One row has two values.", HEADER + many(range(50)) + "50,C50\n", one_aside(50, 52)),
    case("row too long", "One row has six values.", HEADER + many(range(50)) + "50,C,2024-01-05,1,2,3\n",
         one_aside(50, 52)),
    case("thousands' comma without quotes", "1,234.50 stands in a CSV as two values.",
         HEADER + many(range(40)) + "41,C,2024-01-05,1,234.50\n", one_aside(40, 42)),
    case("line break without quotes", "A name holds a line break that nothing encloses.",
         HEADER + many(range(50)) + "50,C\n7,2024-01-05,1\n" + many(range(51, 60)),
         Loaded(59, {"wrong number of values": 2}, (52, 53))),
    case("most rows ragged", "Half of the rows have too few or too many values.",
         csv_of("1,a,2024-01-05,5", "2,b,2024-01-05", "3,c,2024-01-05,6,7", "4,d,2024-01-05,6"),
         refused(f", line 3: 2 of 4 rows {RAGGED}", late=True)),
    case("quotation mark not closed", "From one row on everything would be one value.",
         HEADER + many(range(900)) + '900,"C900,2024-01-05,1\n' + many(range(901, 1000)),
         refused(", line 902: a quotation mark is not closed, and the rows after it are read as one value. "
                 "Close or double it in the export, or ask for the file again.", late=True)),
    case("quotation mark not closed in the last row", "Nothing comes after it that could be lost.",
         HEADER + many(range(50)) + '50,"C50,2024-01-05,1\n', one_aside(50, 52)),
    case("quotation mark not closed in the heading", "The rows would become part of a column's name.",
         'no,who,when,"total\n' + many(range(50)),
         refused(", line 1: a quotation mark in the heading is not closed. "
                 "Close it in the export, or ask for the file again.")),
    case("stray quotation mark", 'One value is written as "C"50.',
         HEADER + many(range(50)) + '50,"C"50,2024-01-05,1\n' + many(range(51, 60)), one_aside(59, 52)),
    case("quotation mark within a value", 'An unquoted value holds a mark, as in 5" pipe.',
         HEADER + '1,5" pipe,2024-01-05,5\n', Loaded((row(who='5" pipe'),))),
    case("one quotation mark after a backslash", 'One row is written as "a \\"b, c\\" d".',
         NOTED + many(range(50), more=",ok") + '50,C,2024-01-05,1,"a \\"b, c\\" d"\n', one_aside(50, 52)),
    case("rows ended by CR only", "An old Mac wrote the file.", csv_of("1,a,2024-01-05,5").replace("\n", "\r"),
         Loaded((row(),))),
    case("CRLF, then LF", "Two systems wrote into one file.",
         (HEADER + many(range(40))).replace("\n", "\r\n") + many(range(40, 60)), Loaded(60, money="1800.0000")),
    case("LF, then CRLF", "The same the other way round.",
         HEADER + many(range(40)) + many(range(40, 60)).replace("\n", "\r\n"), Loaded(60, money="1800.0000")),
    case("line separators in values", "Form feeds and Unicode's line separators stand within names.",
         HEADER + "1,a\x0cb,2024-01-05,5\n2,c\u2028d,2024-01-05,5\n3,e\x85f,2024-01-05,5\n",
         Loaded((row(who="a\x0cb"), row("2", "c\u2028d"), row("3", "e\x85f")))),
    case("end-of-file mark of DOS", "The last byte is Ctrl-Z.", HEADER + many(range(30)) + "\x1a", one_aside(30, 32)),
    case("zero byte in a value", "One name holds a zero byte.",
         HEADER + many(range(30)) + "30,C\0x,2024-01-05,5\n", Loaded(31)),
    case("zero bytes before a number", "A copy that broke off left zero bytes before an order number.",
         HEADER + "\0" * 9 + "1,a,2024-01-05,5\n" + many(range(2, 60)), Loaded(59)),
    case("zero bytes only", "The disk gave back zeros.", bytes(4096),
         refused(": this is no text, or text in an encoding that must be stated. "
                 "Ask for the data as CSV or Excel, or state the file's `encoding:`.")),
    case("cell of 5 MB", "One note is five million characters long.",
         NOTED + many(range(3), more=",a") + f"3,C,2024-01-05,1,{'y' * 5_000_000}\n", Loaded(4, money="5.5000")),
    case("heading of 5 MB", "The first line is one endless word.", f"no,who,when,total,{'y' * 5_000_000}\n1,a,b,5,6\n",
         refused(", line 1: a heading of 5,000,000 characters. Is the first line the heading, and does it end?")),
    case("one huge line", "Two million values stand in one line.", "no,who,when,total" + ",1" * 2_000_000,
         refused(": 2,000,004 columns; at most 2,000 can be read. "
                 "Ask for an export with the columns that are needed, or one row a value.")),
    case("10,000 columns", "A survey tool wrote a column for each possible answer.",
         csv_of("1,a,2024-01-05,5," + ",".join("7" * 9996),
                header="no,who,when,total," + ",".join(f"c{i}" for i in range(9996)) + "\n"),
         refused(": 10,000 columns; at most 2,000 can be read. "
                 "Ask for an export with the columns that are needed, or one row a value.")),
    case("200 columns that nothing maps", "They are all kept under the client's names.",
         csv_of("1,a,2024-01-05,5," + ",".join("7" * 200),
                header="no,who,when,total," + ",".join(f"c{i}" for i in range(200)) + "\n"),
         Loaded((row(),), columns=("order_id", "customer_id", "ordered_at", "amount", *[f"c{i}" for i in range(200)]))),
)  # fmt: skip
