"""What the machine is and what it was doing: the conditions without which a figure means nothing."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
JIFFY = 1 / os.sysconf("SC_CLK_TCK")  # seconds per unit of /proc/stat
CORE_OF_WORKER = 0
CORE_OF_LOAD = 1
PRIORITIES = ("normal", "high", "realtime")
HIGH_NICE = -15


def describe() -> dict[str, object]:
    """Date, commit, machine, kernel and Python of a report."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(),
        "machine": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or "not told",
        "receive_buffer_limit": int(_read("/proc/sys/net/core/rmem_max") or 0),
    }


def commit() -> str:
    """The short hash of what was measured, `+` when the packet path or control differ from it; "unknown" without git."""
    head = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "telemed")
    return f"{head}{'+' if changed else ''}" if head else "unknown"


def pin(core: int, process_id: int = 0) -> None:
    """Keep a process (0: this one) on one core; on a machine with fewer cores do nothing."""
    if core in os.sched_getaffinity(0) or core < (os.cpu_count() or 1):
        os.sched_setaffinity(process_id, {core})


def raise_priority(priority: str, process_id: int = 0) -> bool:
    """Make a process (0: this one) and what it starts from now on go before others. False without the right to: nothing changes.

    "high" is a nice value; Linux compares sessions first (autogroups) and processes within one second, so both are set.
    "realtime" is the lowest round-robin priority: as if nobody else were on the machine. "normal" does nothing.
    """
    try:
        if priority == "realtime":
            os.sched_setscheduler(process_id, os.SCHED_RR, os.sched_param(1))
        elif priority == "high":
            os.setpriority(os.PRIO_PROCESS, process_id, HIGH_NICE)
            autogroup = Path(f"/proc/{process_id or 'self'}/autogroup")
            if autogroup.exists():
                autogroup.write_text(str(HIGH_NICE))
    except OSError:
        return False
    return priority != "normal"


def raise_family(priority: str, process_id: int) -> None:
    """Raise a process and all its descendants, whatever sessions they made for themselves."""
    parent = psutil.Process(process_id)
    for process in (parent, *parent.children(recursive=True)):
        raise_priority(priority, process.pid)


def raise_descendants(priority: str) -> None:
    """Raise everything this process started: a browser makes a session of its own."""
    raise_family(priority, os.getpid())


def waited_seconds(process_id: int) -> float:
    """Return how long the main thread was runnable without running, since its start: others had the core (schedstat)."""
    fields = _read(f"/proc/{process_id}/schedstat").split()
    return int(fields[1]) * 1e-9 if len(fields) == 3 else 0.0


def wakeups(process_id: int) -> int:
    """Return how often the main thread went to sleep, since its start: each time it was woken again."""
    lines = _read(f"/proc/{process_id}/status").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches")), 0)


def cpu_seconds(process_id: int) -> float:
    """Return the CPU time a process has used, user and system, to the kernel's 10 ms."""
    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)


def resident_kib(process_id: int) -> int:
    """Return the resident memory of a process in KiB."""
    return int(psutil.Process(process_id).memory_info().rss) // 1024


@dataclass(frozen=True, slots=True)
class CpuSample:
    """The machine's CPU time at one moment, in seconds summed over cores."""

    at: float  # monotonic seconds
    total: float
    busy: float
    steal: float

    @classmethod
    def take(cls) -> CpuSample:
        """Read /proc/stat."""
        fields = [int(field) * JIFFY for field in _read("/proc/stat").split("\n", 1)[0].split()[1:9]]
        user, nice, system, idle, iowait, irq, softirq, steal = fields
        busy = user + nice + system + irq + softirq
        return cls(time.monotonic(), busy + idle + iowait + steal, busy, steal)

    def steal_since(self, before: CpuSample) -> float:
        """Return the share of the machine's time the hypervisor took, 0..1."""
        return round((self.steal - before.steal) / max(self.total - before.total, JIFFY), 4)

    def foreign_since(self, before: CpuSample, ours: float) -> float:
        """Return how many cores programs other than ours used; `ours` in CPU seconds."""
        return round(max(self.busy - before.busy - ours, 0.0) / max(self.at - before.at, JIFFY), 3)


def _processor() -> str:
    lines = _read("/proc/cpuinfo").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
