"""A page that opens itself in a browser with a password only: gzip, AES-256-GCM, key by PBKDF2-HMAC-SHA256."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re

from customer_analytics.language import Language
from customer_analytics.report.locked import locked_page

ITERATIONS = 600_000
BOUND = b"customer-analytics locked page 1"  # the additional data that is authenticated with the content
_SALT_BYTES, _NONCE_BYTES = 16, 12
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_HASH = re.compile(r"'(sha256-[\w+/=]+)'|&#39;(sha256-[\w+/=]+)&#39;")


def lock_page(html: str, password: str, language: Language) -> str:
    """The page that asks for the password and then becomes `html`, with its script, fonts and links."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    key = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, ITERATIONS, dklen=32)
    sealed = AESGCM(key).encrypt(nonce, gzip.compress(html.encode("utf-8"), mtime=0), BOUND)
    facts = {
        "salt": _text(salt),
        "nonce": _text(nonce),
        "iterations": str(ITERATIONS),
        "bound": BOUND.decode("ascii"),
        "sealed": _text(sealed),
    }
    return locked_page(facts, script_hashes(html), language)


def script_hashes(html: str) -> list[str]:
    """The scripts that a page's own policy allows, by their hashes: the policy around it must allow them too."""
    policy = _POLICY.search(html)
    return [one or other for one, other in _HASH.findall(policy[1])] if policy else []


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
