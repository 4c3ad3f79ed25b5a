"""The password of a delivery: where it comes from, and whether it can hold against guessing without end.

It is never a value of an option (lists of processes show those) and is written into no file.
"""

from __future__ import annotations

import getpass
import itertools
import math
import os
import secrets
import sys
import unicodedata
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError

VARIABLE = "CUSTOMER_ANALYTICS_PASSWORD"  # environment: the password, for machines where nobody types
LEAST_BITS = 60.0
MOST_BYTES = 127  # what a PDF takes
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_GROUPS, _GROUP = 4, 5
_KINDS = ((str.islower, 26), (str.isupper, 26), (str.isdecimal, 10))
_OTHER_SIGNS, _OTHER_SCRIPTS = 33, 3000  # signs of a keyboard; common Chinese characters


def ask() -> str:
    """The password from the environment, else typed twice without echo.

    Raises:
        UserError: nobody can be asked, the two differ, or it is too weak.
    """
    given = os.environ.pop(VARIABLE, None)  # no program that we start inherits it
    if given is not None:
        return checked(given, VARIABLE)
    if sys.stdin is None or not sys.stdin.isatty():
        what = "asks for it, and nobody can type here."
        raise UserError([Problem("--password", what, f"Use --password-file, or set {VARIABLE}.")])
    first = getpass.getpass("Password of the delivery: ")
    if getpass.getpass("Once more: ") != first:
        raise UserError([Problem("--password", "the two differ.", "Try again.")])
    return checked(first, "--password")


def read(path: Path) -> str:
    """The password that a file holds, without the end of its line.

    Raises:
        UserError: the file cannot be read, or the password is too weak.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        what = "cannot be read as a text in UTF-8."
        raise UserError([Problem(f"--password-file {path}", what, "It holds one line, the password.")]) from None
    return checked(text.removesuffix("\n").removesuffix("\r"), f"--password-file {path}")


def generate() -> str:
    """A password of 20 letters and digits in groups: 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def checked(password: str, where: str) -> str:
    """The password in the form that every keyboard gives it (NFKC).

    Raises:
        UserError: empty, with control characters, too long for a PDF, or too easily guessed.
    """
    password = unicodedata.normalize("NFKC", password)
    better = "Longer, of words that do not belong together; or --generate-password."
    if any(unicodedata.category(letter) == "Cc" for letter in password):
        raise UserError([Problem(where, "the password has a control character.", "Leave it out.")])
    if len(password.encode("utf-8")) > MOST_BYTES:
        raise UserError([Problem(where, f"the password is longer than {MOST_BYTES} bytes.", "A PDF takes no more.")])
    if bits(password) < LEAST_BITS:
        raise UserError([Problem(where, "the password is too easily guessed.", better)])
    return password


def bits(password: str) -> float:
    """A bound on what guessing takes, from length and kinds of characters; rows (1234) and repeats count once.

    It knows no words: a sentence from a book counts as much as chance.
    """
    pool = sum(size for kind, size in _KINDS if any(letter.isascii() and kind(letter) for letter in password))
    pool += _OTHER_SIGNS * any(letter.isascii() and not letter.isalnum() for letter in password)
    pool += _OTHER_SCRIPTS * any(not letter.isascii() for letter in password)
    codes = [ord(letter) for letter in password.casefold()]
    steps = sum(abs(code - before) > 1 for before, code in itertools.pairwise(codes)) + bool(codes)
    effective = min(steps, 2 * len(set(codes)))
    return effective * math.log2(pool) if pool else 0.0
