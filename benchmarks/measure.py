"""One job of one contest in this process: `python measure.py CONTEST JOB FOLDER` prints what it took as a line of JSON.

Time and peak memory are those of this process and of the processes that it started.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from contest import contest

SMALL = "small"


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    own = time.process_time()
    if sys.platform == "win32":
        return own
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children.ru_utime + children.ru_stime


def peak_memory() -> int:
    """Largest memory of this process so far, in bytes, or that of its largest child.

    On Linux from the status of the process: `ru_maxrss` begins with what the parent held when it started us.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines() if ":" in line)
        own = int(lines["VmHWM"].split()[0]) * 1024
    elif sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    else:
        own = 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    own = own or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)


def main(contest_name: str, job_name: str, folder: Path) -> None:
    """Try the job on the small data, measure it on the large, print one line of JSON."""
    job = contest(contest_name).job(job_name)
    if (folder / SMALL).is_dir():
        job.work(folder / SMALL)
    worked, began = processor_seconds(), time.perf_counter()
    answer = job.work(folder)
    wall, processor = time.perf_counter() - began, processor_seconds() - worked
    told = {"wall": wall, "processor": processor, "memory": peak_memory(), "answer": dict(answer)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
