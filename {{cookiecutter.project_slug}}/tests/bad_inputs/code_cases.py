"""Numbers of customers and orders: kept to the letter, whatever they look like; and tables that do not fit together."""

from __future__ import annotations

from typing import Any

from bad_inputs.case import HEADER, Case, Loaded, Refused, csv_of, many, orders, row

CUSTOMERS = {"table": "customers", "files": "data/raw/people.csv", "columns": {"customer_id": "id"}}
IDENTITIES = {"table": "identities", "files": "data/raw/ids.csv",
              "columns": {"customer_id": "id", "kind": "kind", "value": "value"}}  # fmt: skip


def codes(name: str, wrong: str, *who: str, read: tuple[str, ...] = (), notes: tuple[str, ...] = ()) -> Case:
    """Customers' numbers as written, and as they must be kept."""
    text = HEADER + "".join(f'{i},"{one}",2024-01-05,5\n' for i, one in enumerate(who))
    rows = tuple((str(i), one) for i, one in enumerate(read or who))
    return Case(name, wrong, {"a.csv": text}, Loaded(rows, shown=("order_id", "customer_id"), notes=notes))


def tables(name: str, wrong: str, files: dict[str, str], outcome: Loaded, *more: dict[str, Any], **said: Any) -> Case:
    """A case of several tables."""
    return Case(name, wrong, {f"{key}.csv": text for key, text in files.items()}, outcome,
                [orders("data/raw/a.csv"), *more], settings=said)  # fmt: skip


AS_WHOLE = ("customer_id: numbers exported with a decimal point (17850.0) are read as 17850.",)
PERSONS = {"identity": {"resolve": True}}
CASES = (
    codes("leading zeros", "007 is not 7.", "007", "7"),
    codes("capitals", "ab1 is not AB1.", "ab1", "AB1"),
    codes("full-width letters", "ＡＢ１ is not AB1.", "ＡＢ１", "AB1"),
    codes("accents written in two ways", "é as one character, and as e with an accent.", "caf\u00e9", "cafe\u0301"),
    codes("blanks around", "Also full-width, no-break and invisible ones.", " a", "a\u3000", "\u00a0a\t", "a\u200b",
          "\ufeffa", read=("a",) * 5),
    Case("blanks around, far down", "The first of them stands after twenty thousand rows without any.",
         {"a.csv": HEADER + "".join(f"{i},C{chr(160) if i == 20_040 else ''},2024-01-05,5\n" for i in range(20_050))},
         Loaded((("C",),) * 20_050, shown=("customer_id",))),
    codes("blanks and invisible characters within", "They are the client's.", "a b", "a\u200bb", "a\u00adb"),
    codes("numbers with a decimal point", "A spreadsheet made 17850.0 of every number.", "17850.0", "1.0",
          read=("17850", "1"), notes=AS_WHOLE),
    codes("numbers with and without a decimal point", "Then nothing is cut off.", "17850.0", "17850"),
    codes("numbers of twenty digits", "More than a float holds.", "12345678901234567890", "12345678901234567891"),
    codes("numbers as powers of ten", "A spreadsheet made them; which number it was is lost.", "1.23E+15", "1e5"),
    codes("words for no value", "Nobody is called NULL here.", "NULL", "null", "NaN", "None", "\\N", "",
          read=("",) * 6),
    codes("words that are somebody", "NA may be Namibia; n/a and - are kept to the letter.", "NA", "n/a", "-"),
    codes("paths, formulas, markup and braces", "To the letter.", "../../etc", "=1+1", "<b>", "{{ x }}", "{0}", "%s",
          "'; DROP TABLE orders; --"),
    codes("marks of direction, emoji, four bytes", "To the letter.", "\u202ea", "😀", "𠮷"),
    codes("very long", "Ten thousand characters.", "y" * 10_000),
    Case("numbers as NaN", "Orders without a number.", {"a.csv": csv_of("NaN,a,2024-01-05,5") + many(range(40))},
         Loaded(40, {"missing order_id": 1}, (2,))),
    Case("the same order twice", "The rows are equal; they are kept unless engagement.yml says otherwise.",
         {"a.csv": csv_of("1,a,2024-01-05,5", "1,a,2024-01-05,5")}, Loaded((row(), row()), money="10.0000")),
    Case("the same order twice, set aside", "duplicates: set_aside.",
         {"a.csv": csv_of("1,a,2024-01-05,5", "1,a,2024-01-05,5", "1,a,2024-01-05,5.00")},
         Loaded((row(), row()), {"exact duplicate": 1}, (3,), money="10.0000"), [orders(duplicates="set_aside")]),
    tables("orders of unknown customers", "None of them is in the list of customers.",
           {"a": csv_of("1,x,2024-01-05,5", "2,y,2024-01-05,6"), "people": "id\na\nb\n"},
           Loaded((row("1", "x"), row("2", "y", total="6.0000"))), CUSTOMERS),
    tables("identifiers in a circle", "A shares an address with B, B with C, C with A: one person.",
           {"a": csv_of("1,A,2024-01-05,5", "2,B,2024-01-05,5", "3,C,2024-01-05,5"), "people": "id\nA\nB\nC\n",
            "ids": "id,kind,value\nA,email,x@example.com\nB,email,x@example.com\nB,email,y@example.com\n"
                   "C,email,y@example.com\nC,email,z@example.com\nA,email,z@example.com\n"},
           Loaded((row("1", "A"), row("2", "A"), row("3", "A"))), CUSTOMERS, IDENTITIES, **PERSONS),
    Case("everything set aside on purpose", "A condition that every row meets.", {"a.csv": csv_of("1,a,2024-01-05,5")},
         Loaded((), {"all": 1}, (2,), money="0"),
         [orders(set_aside=[{"reason": "all", "when": [{"column": "no", "missing": False}]}])]),
    Case("pattern that other programs hang on", "(a+)+$ over fifty thousand letters.",
         {"a.csv": csv_of(f"1,{'a' * 50_000}!,2024-01-05,5")}, Loaded(1),
         [orders(set_aside=[{"reason": "x", "when": [{"column": "who", "matches": "(a+)+"}]}])]),
    Case("columns exchanged", "The amount is mapped to the day and the day to the amount.",
         {"a.csv": csv_of("1,a,2024-01-05,5.25")},
         Refused(("data/raw/a.csv, line 2: column 'total' cannot be read as ordered_at (time) in 1 of 1 rows, for "
                  "example '5.25'. Map another column, or state how it is written: formats: "
                  "{ordered_at: \"%d.%m.%Y\"}.",), late=True),
         [{"table": "orders", "files": "data/raw/*.csv",
           "columns": {"order_id": "no", "customer_id": "who", "ordered_at": "total", "amount": "when"}}]),
)  # fmt: skip
