"""Amounts of money in the conventions of the world, and what is no amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bad_inputs.case import HEADER, Case, Loaded, Refused, orders

MAP = "Map another column, add a value mapping, or raise `tolerance:` to set these rows aside."
COMMA = ("amount: read with a decimal comma.",)


def text_of(amounts: Sequence[str]) -> dict[str, str | bytes]:
    """One order for each amount."""
    return {"a.csv": HEADER + "".join(f'{i},a,2024-01-05,"{amount}"\n' for i, amount in enumerate(amounts))}


def read(name: str, wrong: str, amounts: dict[str, str], notes: tuple[str, ...] = (), **more: Any) -> Case:
    """Amounts as written, and as they must be read."""
    rows = tuple((str(i), value) for i, value in enumerate(amounts.values()))
    return Case(name, wrong, text_of(list(amounts)), Loaded(rows, shown=("order_id", "amount"), notes=notes), **more)


def aside(name: str, wrong: str, *amounts: str) -> Case:
    """Amounts of which only the last, 5, can be read."""
    last = len(amounts)
    lines = tuple(range(2, last + 2))
    outcome = Loaded(((str(last), "5.0000"),), {"unreadable amount": last}, lines, shown=("order_id", "amount"))
    return Case(name, wrong, text_of([*amounts, "5"]), outcome, [orders(tolerance=1)])


def refused(name: str, wrong: str, amounts: Sequence[str], where: str, what: str, **more: Any) -> Case:
    """Amounts at which the load stops."""
    return Case(name, wrong, text_of(amounts), Refused((f"{where}: {what}",), late=True), **more)


def undecided(name: str, wrong: str, written: str, *amounts: str) -> Case:
    """Amounts that may be read in two ways."""
    readings = {"1,234": "1234 or 1.234", "1.234": "1.234 or 1234"}[written]
    what = f"column 'total' for amount: {written} may be {readings}, and no value tells which."
    mend = 'Add to the source: decimal: "." (or ",").'
    return refused(name, wrong, amounts, "engagement.yml, source data/raw/*.csv of orders", f"{what} {mend}")


CASES = (
    read("English thousands", "1,234.56", {"1,234.56": "1234.5600", "12.5": "12.5000", "1,234,567": "1234567.0000"}),
    read("German thousands", "1.234,56",
         {"1.234,56": "1234.5600", "12,5": "12.5000", "1.234.567": "1234567.0000"}, COMMA),
    read("blanks, apostrophes and Indian lakhs", "1 234.50, 1'234.50, 12,34,567.50",
         {"1 234.50": "1234.5000", "1'234.50": "1234.5000", "12,34,567.50": "1234567.5000", "1\u202f234": "1234.0000"}),
    read("thousands by points only", "1.000.000 beside 5.", {"1.000.000": "1000000.0000", "5": "5.0000"}, COMMA),
    undecided("1,234 or 1.234", "Nothing says whether the comma parts thousands.", "1,234", "1,234", "12"),
    undecided("1.234 or 1234", "Nothing says whether the point parts thousands.", "1.234", "1.234", "12"),
    refused("two conventions in one column", "1.50 and 2,50 stand side by side.", ["1.50", "2,50", "3.50"],
            "data/raw/a.csv, line 3",
            f"column 'total' cannot be read as amount (money) in 1 of 3 rows, for example '2,50'. {MAP}"),
    refused("wrong decimal mark stated", "engagement.yml says a comma, the file has points.", ["5.25", "6.75"],
            "data/raw/a.csv, line 2",
            f"column 'total' cannot be read as amount (money) in 2 of 2 rows, for example '5.25', '6.75'. {MAP}",
            sources=[orders(decimal=",")]),
    read("signs", "In front, behind, in brackets, and as Unicode has them.",
         {"-5": "-5.0000", "5-": "-5.0000", "(5)": "-5.0000", "+5": "5.0000", "−5": "-5.0000", "－5": "-5.0000",
          "- 5": "-5.0000", "5 -": "-5.0000"}),
    read("currencies", "Before and behind the number, as signs and as codes.",
         {"$5": "5.0000", "US$ 5": "5.0000", "HK$5": "5.0000", "5 Kč": "5.0000", "5 zł": "5.0000", "5EUR": "5.0000",
          "￥１２３．５０": "123.5000", "99元": "99.0000", "CHF 5": "5.0000", "5 TL": "5.0000"}),
    read("prices without cents", "5,- is five, and not less than nothing.",
         {"5,-": "5.0000", "5.-": "5.0000", "5,--": "5.0000", "-5,-": "-5.0000"}),
    aside("currency between digits", "5€50 is not 550.", "5€50", "5kr50"),
    aside("blanks that part no thousands", "5 5 is not 55.", "5 5", "12 34", "1 2345"),
    read("no value", "In the words of several programs.",
         {"": "", "NULL": "", "NaN": "", "n/a": "", "-": "", "#N/A": "", "5": "5.0000"}),
    aside("infinite", "What a division by nothing leaves.", "inf", "-inf", "1e400"),
    aside("errors of a spreadsheet", "Formulas that failed.", "#DIV/0!", "#REF!", "#VALUE!"),
    aside("formulas as text", "They are not worked out.", "=5+5", "=SUM(A1:A9)"),
    aside("huge", "A hundred million million and more.", "100000000000000", "-1e15", "12345678901234567890"),
    read("as huge as can be", "The largest amount that is kept to the cent.",
         {"99999999999999.9999": "99999999999999.9999", "-99999999999999.9999": "-99999999999999.9999"}),
    read("below a cent", "Four decimals are kept.", {"0.0049": "0.0049", "0.00001": "0.0000", "-0": "0.0000"}),
    read("powers of ten", "As programs write large numbers.", {"1e5": "100000.0000", "1E+05": "100000.0000"}),
    read("percent", "5% is a twentieth.", {"5%": "0.0500", "5": "5.0000"}),
    aside("words", "Not a number at all.", "ten", "free", "TRUE"),
    aside("other digits and fractions", "Arabic digits and ½ are not guessed.", "٣٤", "½"),
    aside("dates and times", "A neighbouring column slipped in.", "2024-01-05", "12:30"),
    aside("too many marks", "Numbers of a version, a list, a typing error.", "1.2.3", "5,5,5", "--5", "0x1F"),
    Case("all amounts are words", "A wrong column is mapped.", text_of(["free", "late"]),
         Refused(("data/raw/a.csv, line 2: column 'total' cannot be read as amount (money) in 2 of 2 rows, for example "
                  f"of the form 'xxxx'. {MAP}",), late=True)),
    Case("constant beyond all amounts", "engagement.yml gives every order 10 to the power of 30.",
         {"a.csv": HEADER + "1,a,2024-01-05,5\n"},
         Refused(("engagement.yml, source data/raw/*.csv of orders: the constant "
                  "'1e+30' for amount is no number. Write it as 12.50.",)),
         [{"table": "orders", "files": "data/raw/*.csv", "columns": {"order_id": "no", "ordered_at": "when"},
           "constants": {"amount": 10**30}}]),
)  # fmt: skip
