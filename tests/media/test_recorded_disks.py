"""The disk of the recordings fails in the middle of a call: people hear of it, the call goes on, nothing written is lost."""

from __future__ import annotations

import asyncio
import pathlib
import shutil
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.adapters.recording.disks import ext4_disk, set_size, small_disk
from tests.browser.prepared import prepare
from tests.browser.server import start_server, stop_server
from tests.client.seat import RefusedError
from tests.media.conftest import Visit
from tests.media.test_recorded_call import SECONDS
from tests.media.troubled import NOTICED_WITHIN, alarmed, doctor_faults, recorded_call

LARGE = 600 * 1024  # KiB: above the bound of `limits.disk_refuse_megabytes`, so that a recording may begin; takes no memory
ROOM = 64  # KiB that are left when it gets small


@pytest.fixture
async def var(tmp_path: pathlib.Path) -> AsyncIterator[pathlib.Path]:
    """The directory of a server that is not started yet."""
    yield await prepare(tmp_path)


async def test_a_full_disk_is_noticed_and_disturbs_nobody(var: pathlib.Path, http: aiohttp.ClientSession) -> None:
    recordings = var / "recordings"
    with small_disk(recordings, LARGE) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        server = await start_server(var.parent)
        try:
            async with recorded_call(server, http) as call:
                with call.undisturbed():
                    set_size(recordings, shutil.disk_usage(recordings).used // 1024 + ROOM)
                    await asyncio.to_thread(wait_until_full, recordings)
                    took = await call.told("disk_full", time.monotonic())
                    await alarmed(server, http, "telemed_recordings_faulty")
                assert took <= NOTICED_WITHIN, took
                assert doctor_faults(server)
                await call.stop()
                assert await refused_soon(call.visit) == "recording_disk_full"
                await alarmed(server, http, "telemed_recordings_refused")
                set_size(recordings, LARGE)
                await call.plays(SECONDS - 2.0)
        finally:
            await stop_server(server)


async def test_a_disk_that_falls_read_only_is_noticed_and_disturbs_nobody(var: pathlib.Path, http: aiohttp.ClientSession) -> None:
    recordings = var / "recordings"
    with ext4_disk(var.parent / "image", recordings, LARGE // 1024 + 200) as disk:
        if disk is None:
            pytest.skip("mounting needs root")
        server = await start_server(var.parent)
        try:
            async with recorded_call(server, http) as call:
                with call.undisturbed():
                    disk.fall_read_only()
                    took = await call.told("read_only", time.monotonic())
                    await alarmed(server, http, "telemed_recordings_faulty")
                assert took <= NOTICED_WITHIN, took
                assert doctor_faults(server)
                await call.stop()  # nobody can take out a disk on which files are open
                await asyncio.to_thread(disk.mend)
                await call.plays(SECONDS - 2.0)
        finally:
            await stop_server(server)


def wait_until_full(recordings: pathlib.Path) -> None:
    """Blocking; a recorder that stopped writing below one block counts as full, too."""
    deadline = time.monotonic() + 30
    while shutil.disk_usage(recordings).free >= 2 * 4096:
        assert time.monotonic() < deadline, "it was not filled"
        time.sleep(0.02)


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
