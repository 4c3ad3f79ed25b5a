"""Refuse answers that cannot make a working project: every problem at once, each with its rule and how to rerun."""

from __future__ import annotations

import difflib
import json
import re
import sys
import unicodedata
import zoneinfo
from typing import Any, NamedTuple

# `tojson` escapes quotes, < and > as \uXXXX, so no answer can end the raw string or the script.
ANSWERS: dict[str, Any] = json.loads(r"""{{ cookiecutter | tojson }}""")

LONGEST_NAME = 80
LONGEST_SLUG = 60
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WINDOWS_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}
JINJA_MARKS = ("{" + "{", "{" + "%", "{" + "#")
PLAIN_WHITE_SPACE = {"\n", "\r", "\t"}

# ISO 4217 codes in use; the standard library has no such list.
CURRENCY_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
VUV WST XAF XCD XOF XPF YER ZAR ZMW
"""
CURRENCIES = frozenset(CURRENCY_CODES.split())


class Refusal(NamedTuple):
    """One answer that cannot stand: the question, the answer and the rule that it breaks."""

    question: str
    answer: str
    rule: str


def check_name(question: str, answer: str) -> list[Refusal]:
    """A name that stands on a cover: something to read, not too long, nothing invisible."""
    rules = []
    if not answer.strip():
        rules.append("must hold at least one letter.")
    if len(answer) > LONGEST_NAME:
        rules.append(f"must be at most {LONGEST_NAME} characters long; this one has {len(answer)}.")
    if any(_is_control(character) for character in answer):
        rules.append("must not hold control characters.")
    if any(mark in answer for mark in JINJA_MARKS):
        rules.append("must not hold {" + "{, {" + "% or {" + "#: an update of the project would run it as a template.")
    return [Refusal(question, answer, rule) for rule in rules]


def check_slug(answer: str) -> list[Refusal]:
    """A folder name that works on every system and in a distribution's name."""
    rules = []
    if not SLUG.fullmatch(answer):
        rules.append("must be small letters a to z, digits and single hyphens between them, for example acme-retail.")
    if len(answer) > LONGEST_SLUG:
        rules.append(f"must be at most {LONGEST_SLUG} characters long; this one has {len(answer)}.")
    if answer.lower() in WINDOWS_DEVICES:
        rules.append("must not be the name of a device on Windows.")
    return [Refusal("project_slug", answer, rule) for rule in rules]


def check_currency(answer: str) -> list[Refusal]:
    """An ISO 4217 code in use."""
    if answer in CURRENCIES:
        return []
    meant = answer.strip().upper()
    hint = f" Did you mean {meant}?" if meant in CURRENCIES else " For example EUR, GBP, USD, CNY."
    return [Refusal("currency", answer, "must be an ISO 4217 currency code in capitals." + hint)]


def check_time_zone(answer: str, known: set[str] | None = None) -> list[Refusal]:
    """An IANA name. Windows ships no list of zones: there the engagement's own check is the first to see it."""
    zones = zoneinfo.available_timezones() if known is None else known
    if not zones or answer in zones:
        return []
    by_lower = {zone.lower(): zone for zone in zones}
    near = difflib.get_close_matches(answer.strip().lower().replace(" ", "_"), by_lower, n=1, cutoff=0.6)
    hint = f" Did you mean {by_lower[near[0]]}?" if near else " For example Europe/London, Asia/Shanghai, UTC."
    return [Refusal("time_zone", answer, "must be an IANA time zone." + hint)]


def check(answers: dict[str, Any]) -> list[Refusal]:
    """Every problem in the answers, in the order of the questions. Choices are checked by cookiecutter itself."""
    return [
        *check_name("client_name", str(answers["client_name"])),
        *check_name("consultancy_name", str(answers["consultancy_name"])),
        *check_slug(str(answers["project_slug"])),
        *check_currency(str(answers["currency"])),
        *check_time_zone(str(answers["time_zone"])),
    ]


def explain(refusals: list[Refusal], answers: dict[str, Any]) -> str:
    """What is wrong, and the command to run again."""
    lines = ["", f"This project cannot be made: {len(refusals)} answer(s) to mend.", ""]
    for refusal in refusals:
        lines += [f"  {refusal.question}: {refusal.rule}", f"      given: {json.dumps(refusal.answer)}"]
    return "\n".join([*lines, "", "Nothing was written. " + _rerun(refusals, answers), ""])


def _rerun(refusals: list[Refusal], answers: dict[str, Any]) -> str:
    """The command that was used, with the questions to answer anew."""
    template = str(answers.get("_template", "TEMPLATE"))
    questions = list(dict.fromkeys(refusal.question for refusal in refusals))
    if "_commit" in answers:  # only cruft records a commit
        given = json.dumps(dict.fromkeys(questions, "…"), ensure_ascii=False)
        command = f"cruft create {template} --extra-context '{given}'"
    else:
        command = " ".join([f"cookiecutter {template}", *(f'{question}="…"' for question in questions)])
    return f"Run it again with other answers:\n\n  {command}"


def _is_control(character: str) -> bool:
    """Characters that YAML or TOML cannot hold, or that break a line unseen."""
    return character not in PLAIN_WHITE_SPACE and (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or ord(character) & 0xFFFE == 0xFFFE
    )


def main() -> int:
    """Check the answers; the exit code tells cookiecutter whether to go on."""
    refusals = check(ANSWERS)
    if refusals:
        sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print(explain(refusals, ANSWERS), file=sys.stderr)
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main())
