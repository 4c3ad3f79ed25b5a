"""What the benchmarks share; the underscore keeps it from being run as one."""

from __future__ import annotations

import sys


def peak_memory() -> int:
    """Largest memory of this process so far, in bytes."""
    import psutil

    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
