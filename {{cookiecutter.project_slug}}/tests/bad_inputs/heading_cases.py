"""Headings that say less, or more, than the name of a column."""

from __future__ import annotations

from bad_inputs.case import HEADER, NONE_THERE, Case, Loaded, Refused, csv_of, orders, row

OURS = ("order_id", "customer_id", "ordered_at", "amount")
RENAME = "Rename one in the export, or state all `names:` with `header: false` and `skip_lines: 1`."


def more(*headings: str) -> str:
    """The usual heading with further columns, and one row with values 1, 2, … in them."""
    written = ",".join('"' + heading.replace('"', '""') + '"' for heading in headings)
    values = ",".join(str(i) for i, _ in enumerate(headings, start=1))
    return f"no,who,when,total,{written}\n1,a,2024-01-05,5,{values}\n"


def kept(name: str, wrong: str, *headings: str, under: tuple[str, ...] | None = None) -> Case:
    """Headings under which the client's columns are kept."""
    outcome = Loaded((row(),), columns=(*OURS, *(under or headings)))
    return Case(name, wrong, {"a.csv": more(*headings)}, outcome)


def case(name: str, wrong: str, content: str, *problems: str) -> Case:
    """A refused file."""
    return Case(name, wrong, {"a.csv": content}, Refused(tuple(f"data/raw/a.csv, line 1: {one}" for one in problems)))


CASES = (
    case("two equal headings", "Which of them is meant?",
         csv_of("1,a,2024-01-05,5,6", header="no,who,when,total,total\n"),
         f"the column 'total' occurs 2 times. {RENAME}"),
    case("headings equal but for how é is written", "One is a single character, the other e and an accent.",
         more("cafe\u0301", "caf\u00e9"), f"the column 'café' occurs 2 times. {RENAME}"),
    case("capitals in the headings", "The export says No, Who, When, Total.",
         csv_of("1,a,2024-01-05,5", header="No,Who,When,Total\n"),
         f"{NONE_THERE} Did you mean 'No'? Columns there: No, Who, When, Total."),
    case("mapped column missing", "There is no total.", csv_of("1,a,2024-01-05", header="no,who,when\n"),
         "no column 'total' (for amount). Columns there: no, who, when."),
    case("other file altogether", "Somebody sent the list of stores.",
         csv_of("1,Berlin", header="store,town\n"), f"{NONE_THERE} Columns there: store, town."),
    case("headings in single quotes", "A script put the wrong marks around them.",
         csv_of("'1','a','2024-01-05','5'", header="'no','who','when','total'\n"),
         f'{NONE_THERE} Did you mean "\'no\'"? Columns there: \'no\', \'who\', \'when\', \'total\'.'),
    Case("blanks around headings", "Also full-width and no-break ones.",
         {"a.csv": csv_of("1,a,2024-01-05,5", header=" no , who\t,\u3000when,total\u00a0\n")}, Loaded((row(),))),
    Case("invisible characters in headings", "Zero-width blanks and marks of direction.",
         {"a.csv": csv_of("1,a,2024-01-05,5", header="\u200eno,\u200bwho,when\u2060,total\u200b\n")}, Loaded((row(),))),
    Case("line separator of Unicode in a heading", "It ends no line.",
         {"a.csv": csv_of("1,a,2024-01-05,5,x", header="no,who,when,total,no\u2028te\n")},
         Loaded((row(),), columns=(*OURS, "no te"))),
    kept("line break in a heading", "A spreadsheet cell of two lines.", "what\nfor", under=("what for",)),
    kept("headings that differ in capitals", "For the engine they are equal.", "Note", "NOTE",
         under=("Note", "NOTE_as_exported")),
    kept("empty headings", "Two columns have no name.", "", "", under=("column_5", "column_6")),
    kept("markup, formulas and braces", "Headings that a page, a sheet or a template would act on.",
         "<b>x</b>", "=1+1", "{{ x }}", "{0}", "%s", "a\"b'c;--"),
    kept("emoji and a mark of direction", "The second would turn the text around.", "😀", "\u202egnp",
         under=("😀", "gnp")),
    kept("names that the loader uses itself", "Client's columns are called as the loader's own.",
         "__row", "file", "__file", "__reason", "__texts", "c0", "v0", "k0"),
    kept("very long heading", "Nine hundred characters.", "y" * 900),
    Case("attribute under the name of one of our columns", "A column `refund` that holds words.",
         {"a.csv": "no,who,when,total,refund\n1,a,2024-01-05,5,none yet\n"},
         Refused(("data/raw/a.csv, line 2: column 'refund' cannot be read as refund (money) in 1 of 1 rows, for "
                  "example of the form 'xxxx xxx'. Map another column, add a value mapping, or raise `tolerance:` to "
                  "set these rows aside.",), late=True)),
    Case("names stated for too few columns", "Four values, three names.", {"a.csv": HEADER + "1,a,2024-01-05,5\n"},
         Refused(("data/raw/a.csv, line 1: no column 'total' (for amount). Columns there: no, who, when.",)),
         [orders(header=False, skip_lines=1, names=["no", "who", "when"])]),
    Case("more lines skipped than there are", "skip_lines: 100 in a file of two lines.",
         {"a.csv": HEADER + "1,a,2024-01-05,5\n"},
         Refused((f"data/raw/a.csv, line 100: {NONE_THERE} Line 1 has them: say `skip_lines: 0`.",)),
         [orders(skip_lines=100)]),
    Case("heading skipped", "skip_lines: 1 takes the heading away.", {"a.csv": HEADER + "1,a,2024-01-05,5\n"},
         Refused((f"data/raw/a.csv, line 2: {NONE_THERE} Line 1 has them: say `skip_lines: 0`.",)),
         [orders(skip_lines=1)]),
)  # fmt: skip
