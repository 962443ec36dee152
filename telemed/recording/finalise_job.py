"""Runs finalisers from the control process: one at a time, with a deadline, and never left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from telemed.files import sync_directory
from telemed.recording import places
from telemed.recording.job import FinaliseFailed, FinaliseJob, FinaliseResult, decode_result
from telemed.recording.take_out_job import TakeOutJob

DEADLINE = 3600.0  # seconds: 3 hours of recording take minutes; what is not done by then hangs
KILL_AFTER = 5.0  # seconds from SIGTERM to SIGKILL
MAX_ANSWER_BYTES = 1024 * 1024
SECRET_PREFIX = "TELEMED_"  # of the environment: configuration and keys, of which the finaliser needs none


class Finalisers:
    """Launches the finaliser. `run` may be called by many; they take turns."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        """`deadline`: seconds for one recording."""
        self._deadline = deadline
        self._turn = asyncio.Semaphore(1)

    async def run(self, job: FinaliseJob | TakeOutJob) -> FinaliseResult:
        """Finish one recording, or take a part out of it. Raises FinaliseFailed: what is there stays, another try may follow.
        Cancelling ends the process."""
        async with self._turn:
            process = await self._start()
            try:
                async with asyncio.timeout(self._deadline):
                    answer, _ = await process.communicate(job.encode())
            except TimeoutError as error:
                raise FinaliseFailed("late") from error
            finally:
                await _end(process)
        if process.returncode is not None and process.returncode < 0:
            raise FinaliseFailed("killed")
        return decode_result(answer[:MAX_ANSWER_BYTES])

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(SECRET_PREFIX)}
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "telemed.recording.finaliser",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=environment,
                start_new_session=True,  # a terminal's Ctrl-C is for control, which ends it in order
            )
        except OSError as error:
            raise FinaliseFailed("failed") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    """See the process end, whatever happens to us."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(KILL_AFTER):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def drop_journal(directory: Path) -> None:
    """Remove the journals of a finished recording; repeating does nothing. Raises OSError, FinaliseFailed: it is not finished."""
    await asyncio.to_thread(_drop_journal, directory)


def _drop_journal(directory: Path) -> None:
    if not (directory / places.MANIFEST).exists():
        raise FinaliseFailed("input")
    journal = places.journal_path(directory)
    if journal.exists():
        shutil.rmtree(journal)
        sync_directory(directory)
