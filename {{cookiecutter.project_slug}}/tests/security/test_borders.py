"""What comes in stays what it is, and nothing leads out: paths, links, bombs, settings, passwords, the key of ids."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from customer_analytics.audiences.names import name_problem
from customer_analytics.engagement import Project
from customer_analytics.engagement.customer_key import project_key
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.run import _inputs
from customer_analytics.tables import engines
from customer_analytics.tables.formats import workbook as limits
from customer_analytics.tables.load import engine, load
from customer_analytics.tables.load_log import read_load_log

ORDERS = "no,who,day,total\nA1,C1,2024-03-01,10.00\nA2,C2,2024-03-02,20.00\n"
SOURCE = "columns: {order_id: no, customer_id: who, ordered_at: day, amount: total}"
PASSWORD = "hunter2/secret@horse"
OUTSIDE = (
    "../logo.svg", "brand/../../logo.svg", "/etc/logo.svg", r"C:\logo.svg", "C:/logo.svg", r"..\logo.svg",
    r"\\server\share\logo.svg", "//server/share/logo.svg",
)  # fmt: skip
NO_NAMES = (
    "../up", "a/b", r"a\b", "/abs", "C:", "C:x", ".", "..", ".hidden", "", "-rf", "con", "NUL", "lpt1", "a\0b", "a\nb",
    "~", "$HOME", "a*", "a?", "a:b", "{{x}}", "=1+1", "a b", "\u202etxt", "a" * 61,
)  # fmt: skip


def make(folder: Path, settings: str, orders: str | None = ORDERS) -> Path:
    (folder / "data" / "raw").mkdir(parents=True)
    if orders is not None:
        (folder / "data" / "raw" / "orders.csv").write_text(orders, encoding="utf-8")
    (folder / "engagement.yml").write_text(f"client: C\nconsultancy: D\n{settings}", encoding="utf-8")
    return folder


def source(files: str) -> str:
    return f"sources:\n  - table: orders\n    files: {json.dumps(files)}\n    {SOURCE}\n"


@pytest.mark.parametrize("logo", OUTSIDE)
def test_a_logo_outside_of_the_project_is_refused(logo: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="logo"):
        Project.find(make(tmp_path / "p", f"brand:\n  logo: '{logo}'\n"))


def test_a_link_out_of_the_project_is_no_logo(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    folder = make(tmp_path / "p", "brand: {logo: logo.svg}\n")
    try:
        (folder / "logo.svg").symlink_to(tmp_path / "secret.svg")
    except OSError:
        pytest.skip("links cannot be made here")
    with pytest.raises(UserError, match="leads out of the project"):
        Project.find(folder)


@pytest.mark.parametrize("name", NO_NAMES)
def test_the_name_of_an_audience_is_no_path_and_no_command(name: str) -> None:
    assert name_problem(name) is not None


@pytest.mark.parametrize("how", ["..", "absolute", "link"])
def test_data_beside_the_project_are_read_and_told_by_their_name_alone(how: str, tmp_path: Path) -> None:
    beside = tmp_path / "anna.berg" / "exports"
    beside.mkdir(parents=True)
    (beside / "orders.csv").write_text(ORDERS, encoding="utf-8")
    files = {"..": "../anna.berg/exports/orders.csv", "absolute": str(beside / "orders.csv"), "link": "data/raw/o.csv"}
    folder = make(tmp_path / "p", source(files[how]), None)
    if how == "link":
        try:
            (folder / "data" / "raw" / "o.csv").symlink_to(beside / "orders.csv")
        except OSError:
            pytest.skip("links cannot be made here")
    before = sorted(path.name for path in beside.iterdir())
    log = load(Project.find(folder))
    assert log.tables["orders"].rows_kept == 2
    (told,) = _inputs(log)
    assert str(tmp_path) not in told["path"]
    assert sorted(path.name for path in beside.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("client: !!python/object/apply:os.system [touch hacked]\nconsultancy: D\n", "tags"),
        ("client: &a [x, x]\nconsultancy: *a\n", "anchors"),
        ("a: &a [x, x, x]\nb: &b [*a, *a, *a]\nclient: *b\n", "anchors"),
        ("client: " + "[" * 5000 + "\n", ""),
        ("client: " + "{a: " * 30 + "1" + "}" * 30 + "\nconsultancy: D\n", "nested"),
        ("client: C\nconsultancy: D\nx: [" + "1," * 40_000 + "]\n", ""),
        ("client: C\nconsultancy: D\n" + "# x\n" * 300_000, "bytes large"),
    ],
)
def test_a_settings_file_makes_no_objects_and_does_not_grow(text: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=word):
        Project.find(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["engagement.yml"]


def workbook(sheet: str, shared: str = "", pad: int = 0) -> bytes:
    """A workbook of one sheet with the given XML in it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="s" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{shared}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        if pad:
            with archive.open("xl/media/picture.bin", "w", force_zip64=True) as part:
                for _ in range(pad):
                    part.write(bytes(1 << 20))
    return out.getvalue()


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">' + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"


HEAD = _row(1, "no", "who", "day", "total")
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 20 + '"><!ENTITY c "' + "&b;" * 20 + '"><!ENTITY d "'
    + "&c;" * 20 + '"><!ENTITY e "' + "&d;" * 20 + '"><!ENTITY f "' + "&e;" * 20 + '">]>'
)  # fmt: skip


@pytest.mark.parametrize("entity", ["f", "file"])
def test_entities_in_a_workbook_are_neither_expanded_nor_fetched(entity: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET", encoding="utf-8")
    outer = f'<!DOCTYPE x [<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    folder = make(tmp_path / "p", source("data/raw/orders.xlsx"), None)
    content = workbook(HEAD + _row(2, "A1", f"&{entity};", "2024-03-01", "5"), LAUGHS if entity == "f" else outer)
    (folder / "data" / "raw" / "orders.xlsx").write_bytes(content)
    try:
        load(Project.find(folder))
    except UserError:
        return  # refused, in words
    made = b"".join(file.read_bytes() for file in (folder / "data" / "tables").rglob("*") if file.is_file())
    assert b"TOPSECRET" not in made and b"haha" not in made


def test_a_workbook_that_unpacks_to_more_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LARGEST", 1 << 20)  # a real one takes seconds to make
    folder = make(tmp_path / "p", source("data/raw/orders.xlsx"), None)
    content = workbook(HEAD + _row(2, "A1", "C1", "2024-03-01", "5"), pad=2)
    assert len(content) < 50_000
    (folder / "data" / "raw" / "orders.xlsx").write_bytes(content)
    with pytest.raises(UserError, match="unpacks to"):
        load(Project.find(folder))


@pytest.mark.parametrize(
    "url",
    [
        "postgres://reader:{password}@127.0.0.1:1/crm", "postgres://reader:${{CRM_PASSWORD}}@127.0.0.1:1/crm",
        "mysql://reader:{password}@127.0.0.1:1/crm", "nonsense://reader:{password}@127.0.0.1:1/crm",
    ],
)  # fmt: skip
def test_a_password_stands_in_no_message_and_no_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    address = url.format(password=PASSWORD)
    folder = make(
        tmp_path / "p",
        f"sources:\n  - table: orders\n    url: '{address}'\n    database_table: t\n    {SOURCE}\n",
    )
    with pytest.raises(UserError) as error:
        load(Project.find(folder))
    said = str(error.value)
    assert not [part for part in ("hunter2", "secret@", "horse") if part in said], said
    left = [file for file in folder.rglob("*") if file.is_file() and file.name != "engagement.yml"]
    assert not any(b"hunter2" in file.read_bytes() for file in left)


def test_the_key_of_hashed_ids_is_its_owners_alone_and_in_no_table(tmp_path: Path) -> None:
    folder = make(tmp_path / "p", source("data/raw/orders.csv"))
    project = Project.find(folder)
    key = project_key(project)
    assert len(key) == 32 and project_key(project) == key
    file = folder / "data" / "customer_id.key"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    load(project)
    others = [path for path in folder.rglob("*") if path.is_file() and path != file]
    assert not any(key in path.read_bytes() or key.hex().encode() in path.read_bytes() for path in others)


def test_no_engine_fetches_an_extension(tmp_path: Path) -> None:
    for backend in (engine(tmp_path), engines.connect("duckdb")):
        assert str(backend.settings["autoinstall_known_extensions"]).lower() == "false"


def test_the_load_log_is_data(tmp_path: Path) -> None:
    """A log that someone wrote by hand is refused in words, whatever it holds."""
    folder = make(tmp_path / "p", source("data/raw/orders.csv"))
    project = Project.find(folder)
    load(project)
    (log,) = project.tables.glob("*.json")
    for content in ("{}", "[]", '{"format": {"__class__": "os.system"}}', "cos\nsystem\n(S'true'\ntR."):
        log.write_text(content, encoding="utf-8")
        with pytest.raises(UserError):
            read_load_log(project)
