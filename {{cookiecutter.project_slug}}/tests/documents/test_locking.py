"""Passwords and locks, each opened again by another route than the one that locked."""

from __future__ import annotations

import base64
import gzip
import io
import re
from pathlib import Path

import pytest

from customer_analytics.documents.locking import password as passwords
from customer_analytics.documents.locking.pdf import lock_pdf
from customer_analytics.documents.locking.sealing import BOUND, lock_page, script_hashes
from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Language

SECRET = "湖边-Lamp-7 quiet otters"
POLICY = "default-src 'none'; script-src 'sha256-YWJj'"
PAGE = f'<html><head><meta http-equiv="Content-Security-Policy" content="{POLICY}"></head><body>收入 62%</body></html>'


@pytest.mark.parametrize(
    "weak", ["", "secret", "password1234", "aaaaaaaaaaaaaaaaaaaaaaaa", "123456789012345678901234", "Acme2026!"]
)
def test_a_password_that_is_easily_guessed_is_refused(weak: str) -> None:
    with pytest.raises(UserError, match="too easily guessed"):
        passwords.checked(weak, "here")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert passwords.checked("ｌａｍｐ quiet otters", "here") == "lamp quiet otters"


@pytest.mark.parametrize(("bad", "why"), [("lamp\tquiet otters 7", "control character"), ("长" * 43, "127 bytes")])
def test_what_a_pdf_could_not_take_is_refused(bad: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        passwords.checked(bad, "here")


def test_a_refusal_does_not_quote_the_password() -> None:
    with pytest.raises(UserError) as refused:
        passwords.checked("hunter2", "here")
    assert "hunter2" not in str(refused.value)


def test_generated_passwords_are_strong_and_differ() -> None:
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", one) and passwords.bits(one) > 60 for one in made)


def test_the_environment_gives_the_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(passwords.VARIABLE, SECRET)
    assert passwords.ask() == SECRET
    with pytest.raises(UserError, match="nobody can type here"):  # gone: no program that we start inherits it
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        passwords.ask()


def test_a_password_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(SECRET.encode() + b"\r\n")
    assert passwords.read(path) == SECRET
    with pytest.raises(UserError, match="cannot be read"):
        passwords.read(tmp_path / "missing")


def test_a_locked_pdf_opens_with_its_password_only() -> None:
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "Churn of Acme"})
    plain = io.BytesIO()
    writer.write(plain)
    locked = lock_pdf(plain.getvalue(), SECRET)
    assert b"Churn" not in locked
    assert b"/AESV3" in locked
    reader = pypdf.PdfReader(io.BytesIO(locked))
    assert reader.is_encrypted
    assert reader.decrypt("湖边-Lamp-7 quiet otter") == pypdf.PasswordType.NOT_DECRYPTED
    assert reader.decrypt(SECRET) == pypdf.PasswordType.USER_PASSWORD
    assert reader.metadata.title == "Churn of Acme"


def test_a_locked_page_holds_nothing_readable_and_opens_by_the_stated_steps() -> None:
    ciphers = pytest.importorskip("cryptography.hazmat.primitives.ciphers")
    hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes")
    kdf = pytest.importorskip("cryptography.hazmat.primitives.kdf.pbkdf2")
    page = lock_page(PAGE, SECRET, Language("zh_CN"))
    assert "62%" not in page
    assert SECRET not in page
    facts = dict(re.findall(r'data-(\w+)="([^"]*)"', page))
    salt, nonce = base64.b64decode(facts["salt"]), base64.b64decode(facts["nonce"])
    assert (len(salt), len(nonce), int(facts["iterations"])) == (16, 12, 600_000)
    sealed = base64.b64decode(re.search(r'data-bound="[^"]*">([^<]+)<', page)[1])  # type: ignore[index]
    key = kdf.PBKDF2HMAC(hashes.SHA256(), 32, salt, 600_000).derive(SECRET.encode())
    opener = ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.GCM(nonce, sealed[-16:])).decryptor()
    opener.authenticate_additional_data(BOUND)
    assert gzip.decompress(opener.update(sealed[:-16]) + opener.finalize()).decode() == PAGE


def test_the_locked_page_allows_its_own_script_and_that_of_the_page_inside() -> None:
    assert script_hashes(PAGE) == ["sha256-YWJj"]
    hashes = script_hashes(lock_page(PAGE, SECRET, Language()))
    assert len(hashes) == 2
    assert hashes[1] == "sha256-YWJj"
