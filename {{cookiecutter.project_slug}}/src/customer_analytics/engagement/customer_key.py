"""The project's own random key, by which customer ids are hashed in what may be passed on."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from customer_analytics.engagement.project import Project

_KEY_BYTES = 32


def project_key(project: Project) -> bytes:
    """The project's own random key, made at first use and kept out of git."""
    path = project.folder / "data" / "customer_id.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii", newline="\n") as file:  # fails when another report was faster
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    except FileExistsError:
        pass
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    for _ in range(50):
        text = path.read_text(encoding="ascii").strip()
        if len(text) == 2 * _KEY_BYTES:
            return bytes.fromhex(text)
        time.sleep(0.02)  # another process is writing it just now
    raise ValueError(f"{path} holds no key of {_KEY_BYTES} bytes; delete it, and a new one is made")
