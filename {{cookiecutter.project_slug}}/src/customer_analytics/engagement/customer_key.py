"""The project's own random key, by which customer ids are hashed in what may be passed on."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import Project

_KEY_BYTES = 32


def project_key(project: Project) -> bytes:
    """The project's own random key, made at first use and kept out of git; only its owner may read it.

    Raises:
        UserError: the file holds something else.
    """
    path = project.folder / "data" / "customer_id.key"
    text = _text(path)
    if not text:  # not there, or empty because a process or the machine ended before the key was written
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path, replace=path.exists())
        text = _text(path)
    if len(text) != 2 * _KEY_BYTES or set(text) - set("0123456789abcdef"):
        mend = "Bring it back from a backup; or delete it: a new one is made, and hashed ids are others from then on."
        raise UserError([Problem(str(path), f"holds no key of {_KEY_BYTES} bytes.", mend)])
    return bytes.fromhex(text)


def _make(path: Path, *, replace: bool) -> None:
    """Write a key aside and give it its name whole; the key of whoever was faster stays."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable by its owner only
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if replace and not _text(path):
            aside.replace(path)
        else:
            _name(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _name(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)  # fails where the name is taken, in one step
    except FileExistsError:
        return
    except (AttributeError, OSError):  # a file system without hard links
        if not path.exists():
            aside.rename(path)


def _text(path: Path) -> str:
    """What the file holds; empty where it is not there, or stays empty for a while."""
    for _ in range(10):
        try:
            text = path.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return ""
        if text:
            return text
        time.sleep(0.02)  # an older version of this program writes it in place
    return ""
