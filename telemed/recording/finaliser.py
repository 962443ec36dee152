"""The program that finishes one recording, or takes somebody's part out of one: `python -m telemed.recording.finaliser`, job on
its input, answer on its output.

It runs beside calls and must not be felt by them: lowest priority for the processor, idle class for the disk, memory that does
not grow with the recording's length. What it holds in clear is in memory only, and no core dump of it is written.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av
import psutil

from telemed import exits
from telemed.errors import TelemedError
from telemed.files import PRIVATE_FILE
from telemed.recording import places
from telemed.recording.finishing import finish
from telemed.recording.job import MAX_JOB_BYTES, FinaliseJob, FinaliseResult
from telemed.recording.take_out_job import TakeOutJob, decode_work
from telemed.recording.taking_out import propose

NICE = 19  # lowest there is
PRIVATE_UMASK = 0o077
FAULTS = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EROFS: "read_only", errno.EACCES: "read_only"}


def main() -> int:
    """Do the job. Returns the exit code; the answer says more."""
    _be_modest()
    try:
        job = decode_work(sys.stdin.buffer.read(MAX_JOB_BYTES + 1))
        with _alone(job.directory):
            answer = _with_cost(_work(job)).encode()
    except OSError as error:
        return _fail(FAULTS.get(error.errno or 0, "failed"), exits.UNAVAILABLE)
    except TelemedError:
        return _fail("input", exits.DATA)
    except av.error.FFmpegError:
        return _fail("failed", exits.FAILED)
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    return exits.OK


def _work(job: FinaliseJob | TakeOutJob) -> FinaliseResult:
    return finish(job) if isinstance(job, FinaliseJob) else propose(job)


def _be_modest() -> None:
    os.umask(PRIVATE_UMASK)
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
    av.logging.set_level(av.logging.PANIC)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold the recording's lock. One that control left behind when it was killed is waited for: then its work is there."""
    descriptor = os.open(directory / places.LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _with_cost(result: FinaliseResult) -> FinaliseResult:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return replace(result, cpu_seconds=round(used.ru_utime + used.ru_stime, 3), peak_bytes=_peak_bytes())


def _peak_bytes() -> int:
    """The most memory this program has held. `ru_maxrss` would count what launched it, too: it survives exec (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return int(found) * 1024


def _fail(code: str, status: int) -> int:
    sys.stdout.write(json.dumps({"fault": code}))
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
