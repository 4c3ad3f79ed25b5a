"""The files of one audience, written aside and swapped in as a whole."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from customer_analytics.audiences.listing import FILE_NAME
from customer_analytics.audiences.options import Request
from customer_analytics.audiences.platforms import BRAZE_FILE, SEGMENT_FILE, write_braze, write_segment
from customer_analytics.audiences.record import Stamp, write_record
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.report.csv_files import safe_frame
from customer_analytics.spreadsheet import safe_raw_text
from customer_analytics.tables.ledger import CONTROL, SCHEMA, TREATMENT
from customer_analytics.tables.ledger_files import ASSIGNMENT, EARLIER
from customer_analytics.tables.swap import only_one_load, replaced_whole

Mask = npt.NDArray[np.bool_]
LIST_FILE, HOLDOUT_FILE, XLSX_FILE = "list.csv", "holdout.csv", "list.xlsx"
SHEET_ROWS, CELL = 1_048_576, 32_767  # what a sheet and a cell of it hold


@dataclass(frozen=True)
class Written:
    """The files of an audience, and customers that a format could not take."""

    folder: Path
    files: tuple[str, ...]
    not_in_braze: int
    marked_ids: int  # ids with an apostrophe before them in CSV and XLSX, because they would run as a formula


def check_sizes(request: Request, to_contact: int) -> None:
    """Refuse what a format cannot hold, before anything is written.

    Raises:
        UserError: too many rows for a sheet.
    """
    if "xlsx" in request.formats and to_contact >= SHEET_ROWS:
        what = f"{to_contact:,} customers; a sheet holds {SHEET_ROWS - 1:,} and a heading."
        raise UserError([Problem("--format xlsx", what, "Use list.csv.")])


def next_version(project: Project, name: str) -> int:
    """1 for a new audience, one more for each time it was replaced."""
    folder = project.audiences / name
    if not (folder / ASSIGNMENT).is_file():
        return 1
    return 2 + len(list((folder / EARLIER).glob("assignment_*.parquet")))


def write_audience(
    project: Project,
    request: Request,
    stamp: Stamp,
    frame: pd.DataFrame,
    held: Mask,
    strata: npt.NDArray[np.object_],
    record: Mapping[str, Any],
) -> Written:
    """Write everything beside the audience's folder and swap it in; the assignments before it go along.

    Args:
        project: the client project.
        request: what was asked for.
        stamp: when and of what.
        frame: everyone on the list, in order.
        held: who of them is held out.
        strata: the stratum of each.
        record: the content of audience.json.
    """
    folder = project.audiences / request.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with only_one_load(project.audiences):
        _remove_leftovers(project.audiences)
        with replaced_whole(folder) as new:
            if stamp.version > 1:
                _keep_earlier(folder, new, stamp.version - 1)
            safe = _safe(frame)
            marked = int((safe["customer_id"].to_numpy() != frame["customer_id"].to_numpy()).sum())
            _write_csv(new / LIST_FILE, safe[~held])
            files = [LIST_FILE]
            if request.share:
                _write_csv(new / HOLDOUT_FILE, safe[held])
                files.append(HOLDOUT_FILE)
            not_in_braze = _write_formats(new, request, stamp, frame[~held], safe[~held], files)
            pq.write_table(_assignment(request, stamp, frame, held, strata), new / ASSIGNMENT, compression="zstd")
            write_record(new, record)
    return Written(folder, (*files, ASSIGNMENT, FILE_NAME), not_in_braze, marked)


def _write_formats(
    new: Path, request: Request, stamp: Stamp, people: pd.DataFrame, safe: pd.DataFrame, files: list[str]
) -> int:
    not_in_braze = 0
    if "xlsx" in request.formats:
        _write_xlsx(new / XLSX_FILE, safe, stamp)
        files.append(XLSX_FILE)
    if "segment" in request.formats:
        write_segment(new, people.drop(columns="held_out_of"), request.name, stamp.assigned_at)
        files.append(SEGMENT_FILE)
    if "braze" in request.formats:
        not_in_braze = write_braze(new, people.drop(columns="held_out_of"), request.name)
        files.append(BRAZE_FILE)
    return not_in_braze


def _assignment(
    request: Request, stamp: Stamp, frame: pd.DataFrame, held: Mask, strata: npt.NDArray[np.object_]
) -> pa.Table:
    """Both arms, one row a customer, in the shape of the ledger."""
    n = len(frame)
    columns = {
        "campaign_id": [request.campaign_id] * n,
        "customer_id": frame["customer_id"],
        "arm": np.where(held, CONTROL, TREATMENT),
        "assigned_at": [stamp.assigned_at] * n,
        "assigned_on": [stamp.as_of] * n,
        "audience": [request.name] * n,
        "version": np.full(n, stamp.version, dtype=np.int32),
        "stratum": strata,
        "seed": np.full(n, request.seed, dtype=np.int64),
        "expires_on": [request.expires_on] * n,
    }
    arrays = [pa.array(columns[field.name], type=field.type, from_pandas=True) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _keep_earlier(folder: Path, new: Path, version: int) -> None:
    """Take the assignment that is replaced, and those before it, into the new folder."""
    earlier = new / EARLIER
    earlier.mkdir()
    if (folder / EARLIER).is_dir():
        shutil.copytree(folder / EARLIER, earlier, dirs_exist_ok=True)
    shutil.copy2(folder / ASSIGNMENT, earlier / f"assignment_{version}.parquet")
    if (folder / FILE_NAME).is_file():
        shutil.copy2(folder / FILE_NAME, earlier / f"audience_{version}.json")


def _remove_leftovers(audiences: Path) -> None:
    """What a killed command left, under the lock: new folders that never came in, old ones whose successor stands."""
    for new in audiences.glob(".*-new"):
        shutil.rmtree(new, ignore_errors=True)
    for old in audiences.glob(".*-old"):
        if (audiences / old.name.removeprefix(".").removesuffix("-old")).is_dir():
            shutil.rmtree(old, ignore_errors=True)


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts that no spreadsheet runs. An id that is a number with a sign (+86…) is no formula and stays as it is."""
    safe = safe_frame(frame.drop(columns="customer_id"))
    safe.insert(0, "customer_id", frame["customer_id"].map(safe_raw_text))
    return safe


def _write_csv(path: Path, safe: pd.DataFrame) -> None:
    safe.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_xlsx(path: Path, safe: pd.DataFrame, stamp: Stamp) -> None:
    """One sheet; every text is written as a text, never as a formula or a link."""
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": stamp.assigned_at})
        sheet = book.add_worksheet("list")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(safe.columns):
            sheet.write_string(0, column, str(name)[:CELL], book.add_format({"bold": True}))
        for row, values in enumerate(safe.itertuples(index=False, name=None), 1):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value[:CELL])
                elif isinstance(value, (bool, np.bool_)):
                    sheet.write_boolean(row, column, bool(value))
                elif isinstance(value, (int, float, Decimal, np.number)) and np.isfinite(float(value)):
                    sheet.write_number(row, column, float(value))
                elif isinstance(value, dt.date):
                    sheet.write_string(row, column, value.isoformat())
