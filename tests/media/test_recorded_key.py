"""The master key of the recordings goes in the middle of a call: people hear of it, nothing is lost, all is well with it back."""

from __future__ import annotations

import base64
import os
import pathlib
import time

import aiohttp
import pytest

from telemed.files import write_private
from tests.browser.prepared import start_prepared_server
from tests.browser.server import stop_server
from tests.client.seat import RefusedError
from tests.media.test_recorded_call import SECONDS
from tests.media.troubled import NOTICED_WITHIN, alarmed, doctor_faults, recorded_call


async def test_a_missing_key_is_noticed_and_disturbs_nobody(tmp_path: pathlib.Path, http: aiohttp.ClientSession) -> None:
    file, away = tmp_path / "master.key", tmp_path / "elsewhere.key"
    write_private(file, base64.b64encode(os.urandom(32)))
    server = await start_prepared_server(tmp_path, program=("-m", "tests.media.demo_with_key", str(file)))
    try:
        async with recorded_call(server, http) as call:
            with call.undisturbed():
                file.rename(away)
                took = await call.told("key_missing", time.monotonic())
                await alarmed(server, http, "telemed_recordings_faulty")
                await alarmed(server, http, "telemed_recordings_refused")
            assert took <= NOTICED_WITHIN, took
            assert doctor_faults(server, str(file))
            await call.stop()
            with pytest.raises(RefusedError) as refused:
                await call.visit.doctor.command("recording_ask")
            assert refused.value.code == "recording_key_missing"
            await alarmed(server, http, "telemed_recordings_finalising")
            away.rename(file)
            await call.plays(SECONDS - 2.0)
    finally:
        await stop_server(server)
