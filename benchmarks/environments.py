"""The pythons of peers: each in an environment of its own, made when it is first needed.

Exact versions, so that figures can be compared between runs. A peer that cannot be installed here is left out, and the
results say so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from contest import OWN

READERS = ("duckdb==1.5.6", "numpy==2.4.6", "pandas==2.3.3", "pyarrow==25.0.1")
PEERS = {
    "polars": ("polars==2.1.0", *READERS),
    "retentioneering": ("retentioneering==5.2.4", "pyarrow==25.0.1"),
    "openretailscience": ("openretailscience==0.48.1", *READERS),
    "mlxtend": ("mlxtend==0.25.0", "scipy==1.17.1", *READERS),
    "efficient-apriori": ("efficient-apriori==2.0.6", *READERS),
    "pyfim": ("pyfim==6.28", *READERS),
}
_HOME = Path(__file__).resolve().parent / "results" / "environments"


class NotInstalled(Exception):
    """A peer cannot be installed here."""


def python_of(environment: str) -> Path:
    """The python of an environment; it is made first where it is not there.

    Raises:
        NotInstalled: pip does not get its packages.
    """
    if environment == OWN:
        return Path(sys.executable)
    home = _HOME / environment
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256(" ".join((sys.version, *PEERS[environment])).encode()).hexdigest()
    stamp = home / "made.txt"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    print(f"making the environment of {environment}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[environment]]
    done = subprocess.run(pip, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NotInstalled(f"{environment} cannot be installed here: {' '.join(last)}")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def version_of(environment: str) -> str:
    """What is measured in an environment, with its version."""
    return PEERS[environment][0].replace("==", " ") if environment in PEERS else ""
