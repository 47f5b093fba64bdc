"""What the kernel knows about a process: its CPU time and its memory."""

import os
import pathlib
import re


def cpu_nanoseconds(pids):
    """User and system time of all threads of these processes."""
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def private_bytes(pid):
    """User memory that belongs to this process alone: neither shared nor the kernel's.

    Not what the kernel calls Private_Dirty: a program that was built a moment ago is in memory only, and so counts there.
    """
    return _kilobytes(f"/proc/{pid}/smaps_rollup", "Anonymous") * 1024


def resident_bytes(pid):
    return _kilobytes(f"/proc/{pid}/status", "VmRSS") * 1024


def peak_resident_bytes(pid):
    """Since the last reset_peak()."""
    return _kilobytes(f"/proc/{pid}/status", "VmHWM") * 1024


def reset_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def children(pid):
    """Process ids of the direct children."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def machine():
    """Name and value of what a reader needs to judge the figures."""
    cpu = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = _kilobytes("/proc/meminfo", "MemTotal") / 1024 / 1024
    system = os.uname()
    return {
        "CPU": f"{cpu[1] if cpu else system.machine}, {os.cpu_count()} cores",
        "Memory": f"{memory:.0f} GiB",
        "Kernel": f"{system.sysname} {system.release}",
        "Load average at the start": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def _kilobytes(path, key):
    found = re.search(rf"^{key}:\s+(\d+) kB", pathlib.Path(path).read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
