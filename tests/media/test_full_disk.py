"""The disk of the recordings runs full in the middle of a call: staff hear of it, the call goes on, nothing written is lost."""

from __future__ import annotations

import asyncio
import pathlib
import shutil
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.adapters.recording.disks import set_size, small_disk
from tests.browser.prepared import prepare
from tests.browser.server import Server, start_server, stop_server
from tests.client.seat import RefusedError
from tests.media.conftest import Visit, open_visit
from tests.media.restarts import in_call
from tests.media.test_recorded_call import SECONDS, assert_sound, ready, recorded, seconds_of

LARGE = 600 * 1024  # KiB: above the bound of `limits.disk_refuse_megabytes`, so that a recording may begin; takes no memory
ROOM = 64  # KiB that are left when it gets small
NOTICED_WITHIN = 5.0  # seconds from the moment nothing more fits


@pytest_asyncio.fixture
async def place(tmp_path: pathlib.Path) -> AsyncIterator[tuple[Server, pathlib.Path]]:
    """A server whose recordings lie on a disk of their own."""
    recordings = await prepare(tmp_path) / "recordings"
    with small_disk(recordings, LARGE) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        running = await start_server(tmp_path)
        try:
            yield running, recordings
        finally:
            await stop_server(running)


async def test_a_full_disk_is_noticed_and_disturbs_nobody(
    place: tuple[Server, pathlib.Path], http: aiohttp.ClientSession
) -> None:
    server, recordings = place
    visit = await open_visit(server, http)
    try:
        patient = await in_call(visit)
        recording_id = await recorded(visit, visit.doctor, patient)
        for record in (*visit.doctor.received.values(), *patient.received.values()):
            record.longest_gap = 0.0
        set_size(recordings, shutil.disk_usage(recordings).used // 1024 + ROOM)
        await asyncio.to_thread(wait_until_full, recordings)
        began = time.monotonic()
        await visit.doctor.until(lambda: visit.doctor.state["recording"]["fault"] == "disk_full", 30)
        took = time.monotonic() - began
        assert took <= NOTICED_WITHIN, took
        await asyncio.gather(*(person.receives(videos=1, audios=1) for person in (visit.doctor, patient)))
        gaps = [record.longest_gap for person in (visit.doctor, patient) for record in person.received.values()]
        assert max(gaps) < 1.5, gaps
        await visit.doctor.command("recording_stop", recording_id=recording_id)
        with pytest.raises(RefusedError) as refused:
            await refused_soon(visit)
        assert refused.value.code == "recording_disk_full"
        set_size(recordings, LARGE)
        shown = await ready(visit, recording_id)
        assert seconds_of(shown, patient.participant_id) > SECONDS - 2.0, "what was there before is kept"
        await assert_sound(visit, recording_id)
    finally:
        await visit.close()


def wait_until_full(recordings: pathlib.Path) -> None:
    """Blocking; a recorder that stopped writing below one block counts as full, too."""
    deadline = time.monotonic() + 30
    while shutil.disk_usage(recordings).free >= 2 * 4096:
        assert time.monotonic() < deadline, "it was not filled"
        time.sleep(0.02)


async def refused_soon(visit: Visit) -> None:
    """The server looks at the disk every 15 s; until then a recording would begin, and be seen to fail."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        made = await visit.doctor.command("recording_ask")
        await visit.doctor.command("recording_stop", recording_id=made["recording_id"])
        await asyncio.sleep(4)
