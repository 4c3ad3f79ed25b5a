"""A PDF that opens with a password only: AES-256, by pypdf."""

from __future__ import annotations

import importlib
import io
import secrets

from customer_analytics.engagement.errors import Problem, UserError


def require_locking() -> None:
    """Refuse early where the packages that lock are missing.

    Raises:
        UserError: pypdf or cryptography is not installed.
    """
    try:
        importlib.import_module("pypdf")
        importlib.import_module("cryptography")
    except ImportError as error:
        mend = 'pip install -c constraints.txt -e ".[documents]"'
        raise UserError([Problem("--password", f"{error.name} is not installed.", mend)]) from None


def lock_pdf(document: bytes, password: str) -> bytes:
    """The document, tags and outline kept, that the password opens; nobody has its owner's password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document)))
    writer.encrypt(user_password=password, owner_password=secrets.token_hex(32), algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
