"""The disk of the recordings fails in the middle of a call: people hear of it, the call goes on, nothing written is lost."""

from __future__ import annotations

import asyncio
import pathlib
import shutil
import time

import aiohttp
import pytest

from telemed.recording.spare_room import WRITING_BYTES
from tests.adapters.recording.disks import ext4_disk, set_size, small_disk
from tests.browser.prepared import prepare
from tests.browser.server import served
from tests.client.seat import RefusedError
from tests.media.conftest import Visit
from tests.media.test_recorded_call import SECONDS
from tests.media.troubled import NOTICED_WITHIN, alarmed, doctor_faults, recorded_call

LARGE = 600 * 1024  # KiB: above the bound of `limits.disk_refuse_megabytes`, so that a recording may begin; takes no memory
ROOM = WRITING_BYTES // 1024 + 64  # KiB that are left when it gets small: recordings may take 64 of them


async def test_a_full_disk_is_noticed_and_disturbs_nobody(tmp_path: pathlib.Path, http: aiohttp.ClientSession) -> None:
    """The disk of the whole installation: what is not recorded goes on, the database too."""
    disk = tmp_path / "disk"
    with small_disk(disk, LARGE) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        await prepare(disk)
        async with served(disk) as server, recorded_call(server, http) as call:
            with call.undisturbed():
                set_size(disk, shutil.disk_usage(disk).used // 1024 + ROOM)
                took = await call.told("disk_full", await asyncio.to_thread(taken, disk))
                await alarmed(server, http, "telemed_recordings_faulty")
                for person in call.people:
                    await person.command("chat", body="what is not recorded goes on")
            assert took <= NOTICED_WITHIN, took
            assert shutil.disk_usage(disk).free > WRITING_BYTES // 2
            assert doctor_faults(server)
            await call.stop()
            assert await refused_soon(call.visit) == "recording_disk_full"
            await alarmed(server, http, "telemed_recordings_refused")
            set_size(disk, LARGE)
            await call.plays(SECONDS - 2.0)


async def test_a_disk_that_falls_read_only_is_noticed_and_disturbs_nobody(
    tmp_path: pathlib.Path, http: aiohttp.ClientSession
) -> None:
    recordings = await prepare(tmp_path) / "recordings"
    with ext4_disk(tmp_path / "image", recordings, LARGE // 1024 + 200) as disk:
        if disk is None:
            pytest.skip("mounting needs root")
        async with served(tmp_path) as server, recorded_call(server, http) as call:
            with call.undisturbed():
                disk.fall_read_only()
                took = await call.told("read_only", time.monotonic())
                await alarmed(server, http, "telemed_recordings_faulty")
            assert took <= NOTICED_WITHIN, took
            assert doctor_faults(server)
            await call.stop()  # nobody can take out a disk on which files are open
            await asyncio.to_thread(disk.mend)
            await call.plays(SECONDS - 2.0)


def taken(disk: pathlib.Path) -> float:
    """Wait until recordings have taken all they may; when that was (monotonic). Blocking."""
    deadline = time.monotonic() + 30
    while shutil.disk_usage(disk).free >= WRITING_BYTES:
        assert time.monotonic() < deadline, "it was not filled"
        time.sleep(0.02)
    return time.monotonic()


async def refused_soon(visit: Visit) -> str:
    """The server looks at the disk every 15 s; until then a recording would begin, and be seen to fail."""
    deadline = time.monotonic() + 40
    while True:
        try:
            made = await visit.doctor.command("recording_ask")
        except RefusedError as refused:
            return str(refused.code)
        assert time.monotonic() < deadline, "it may still begin"
        await visit.doctor.command("recording_stop", recording_id=made["recording_id"])
        await asyncio.sleep(2)
