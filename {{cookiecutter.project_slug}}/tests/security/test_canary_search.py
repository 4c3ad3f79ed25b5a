"""The search for canaries finds them, however they are hidden: a search that finds nothing proves nothing else."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from canary_client import PERSON, RARE, STEMS, email_of, id_of, name_of, values_of
from canary_search import Finder

FINDER = Finder(STEMS, values_of(7), RARE)


def _zip(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", text)
    return out.getvalue()


def _parquet(text: str) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"x": [text]}), out, compression="zstd")
    return out.getvalue()


HIDDEN = {
    "plain": name_of(7).encode(),
    "capitals": name_of(7).upper().encode(),
    "part of an address": email_of(7).split("@")[1].encode(),
    "UTF-16": name_of(7).encode("utf-16"),
    "base64 in a line": b'{"x":"' + base64.b64encode(email_of(7).encode()) + b'"}',
    "base64 one on": base64.b64encode(b"1" + email_of(7).encode()),
    "base64 two on": base64.b64encode(b"12" + email_of(7).encode()),
    "hex": email_of(7).encode().hex().encode(),
    "URL": "".join(f"%{ord(letter):02X}" for letter in PERSON).encode(),
    "entities": "".join(f"&#{ord(letter)};" for letter in PERSON).encode(),
    "md5": hashlib.md5(email_of(7).lower().encode()).hexdigest().encode(),
    "sha256 behind a letter": b"c" + hashlib.sha256(id_of(7).encode()).hexdigest()[:20].encode(),
    "sha1 in capitals": hashlib.sha1(id_of(7).encode()).hexdigest().upper().encode(),
    "zip": _zip(name_of(7)),
    "gzip": gzip.compress(name_of(7).encode()),
    "parquet": _parquet(name_of(7)),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_canary_is_found(how: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file.bin").write_bytes(HIDDEN[how])
    hits, files = FINDER.in_folder(tmp_path)
    assert files == 1 and hits and hits[0].file == "folder/file.bin"


def test_a_name_of_a_file_is_searched_too(tmp_path: Path) -> None:
    (tmp_path / f"{email_of(3)}.txt").write_text("nothing", encoding="utf-8")
    assert FINDER.in_folder(tmp_path)[0]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    text = "Anna Berg, anna@example.com, C100001, +4930901820 " + hashlib.sha256(b"other").hexdigest()
    (tmp_path / "a.txt").write_text(text * 100, encoding="utf-8")
    assert FINDER.in_folder(tmp_path) == ([], 1)
