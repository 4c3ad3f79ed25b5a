"""Names of audiences: each is a folder on every system, and no two differ only in a way that some systems ignore."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from customer_analytics.engagement.errors import Problem

LONGEST = 60  # characters
LONGEST_BYTES = 180  # of UTF-8: most systems allow 255 for a name, and ours grow by a prefix and an ending
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
_INVISIBLE = "\u115f\u1160\u3164\uffa0"  # letters by their class that show nothing
_MEND = "Use letters of any script, digits, _ and -, for example spring-2025."


def canonical(name: str) -> str:
    """The name in composed Unicode form: some systems hand names back decomposed."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """What two names share when some file system takes them for the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def name_problem(name: str) -> Problem | None:
    """What is wrong with a name, or None. `name` is in canonical form."""
    where = f"--name {_shown(name)}"
    if not name:
        return Problem("--name", "an audience needs a name.", "For example: --name spring")
    if len(name) > LONGEST or len(name.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return Problem(where, f"is longer than {LONGEST} characters or {LONGEST_BYTES} bytes.", "Use a shorter name.")
    if not all(_is_allowed(letter) for letter in name):
        return Problem(where, "has a character that a folder's name cannot have everywhere.", _MEND)
    if name[0] in "_-" or unicodedata.category(name[0])[0] == "M":
        return Problem(where, "must begin with a letter or a digit.", _MEND)
    if folded(name) in _RESERVED or name.lower() in _RESERVED:
        return Problem(where, "is a name that Windows keeps for itself.", f"For example: --name {name}-list")
    return None


def clash(audiences: Path, name: str) -> str | None:
    """The existing audience that would share its folder with this name on some system, or None."""
    if not audiences.is_dir():
        return None
    others = (path.name for path in audiences.iterdir() if path.is_dir() and not path.name.startswith("."))
    return next((other for other in sorted(others) if folded(other) == folded(name)), None)


def _is_allowed(letter: str) -> bool:
    return letter in "_-" or (unicodedata.category(letter)[0] in "LMN" and letter not in _INVISIBLE)


def _shown(name: str) -> str:
    shown = name if len(name) <= LONGEST else name[:LONGEST] + "…"
    return "".join(letter if letter.isprintable() else "·" for letter in shown)
