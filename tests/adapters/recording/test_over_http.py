"""A finished recording over HTTP from the sealed files on: every byte, seeking, an export that checks itself, and erasing."""

from __future__ import annotations

import asyncio
import io
import random
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from telemed.care.recording.words import RecordingState
from telemed.care.records import LoginRecord
from telemed.care.tokens import token_hash
from telemed.files import make_private_directory
from telemed.ids import new_id, new_secret
from telemed.media.control import Source
from telemed.media.manifest import decode
from telemed.recording.sealed_file import BLOCK_BYTES
from telemed.store import Store
from tests.adapters.recording.encoded import pictures
from tests.adapters.recording.journalled import RECORDING, Written
from tests.adapters.recording.kept import SECOND, Kept, make_kept
from tests.adapters.recording.packetised import Sender
from tests.adapters.recording.played import content
from tests.adapters.store.rows import SEAT, USER
from tests.adapters.web.fakes import START
from tests.adapters.web.site import Site, running_site, settings_for, write_templates

REASON = "A claim of the patient's insurance"


@dataclass
class Played:
    """The server, the recording, and its one file in clear."""

    site: Site
    kept: Kept
    segment_id: str
    data: bytes

    def url(self, path: str) -> str:
        return f"{self.site.url}/api/v1/recordings/{RECORDING}{path}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"telemed_staff={self.site.cookies['telemed_staff']}", "Origin": self.site.settings.base_url}

    async def part(self, span: str) -> tuple[int, bytes]:
        async with self.site.http.get(
            self.url(f"/segments/{self.segment_id}"), headers={**self.headers, "Range": f"bytes={span}"}
        ) as answer:
            return answer.status, await answer.read()


def write_large_journal(kept: Kept) -> None:
    """A camera whose frames carry so much that the file has several sealed blocks; nobody decodes them here."""
    make_private_directory(kept.directory)
    frames = [
        replace(frame, data=frame.data + random.Random(number).randbytes(6000))
        for number, frame in enumerate(pictures("vp8", 3, size=(160, 120)))
    ]
    camera = Sender("vp8", 0x1111, SECOND)
    Written(SEAT.id, Source.CAMERA, "vp8", SECOND).packets(camera.packets(frames)).write(kept.directory)


async def sign_in(store: Store, at: datetime) -> str:
    """A login of the clinician that is open then."""
    token = new_secret()
    login = LoginRecord(new_id("lgn"), USER.id, token_hash(token), at, at, at + timedelta(hours=1))
    async with store.write() as tx:
        await tx.logins.create(login)
    return token


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Played]:
    kept = await make_kept(tmp_path / "var")
    kept.write_key()
    write_large_journal(kept)
    await kept.recordings.service.finalising.run()
    contents = await kept.recordings.vault.contents(RECORDING)
    (segment,) = contents.segments
    signed = decode((kept.directory / "manifest.json").read_bytes())
    data = content(kept.directory, signed.segments[0].segment)
    write_templates(tmp_path / "static")
    token = await sign_in(kept.store, START)
    async with running_site(kept.store, settings_for(tmp_path / "static"), ports={"vault": kept.recordings.vault}) as site:
        site.cookies = {"telemed_staff": token}
        yield Played(site, kept, segment.id, data)
    await kept.close()


async def test_every_byte_from_every_place(played: Played) -> None:
    size = len(played.data)
    assert size > 3 * BLOCK_BYTES, "several sealed blocks"
    for first, last in (
        (0, 0),
        (0, size - 1),
        (BLOCK_BYTES - 1, BLOCK_BYTES),
        (2 * BLOCK_BYTES + 7, size - 2),
        (size - 1, size - 1),
    ):
        assert await played.part(f"{first}-{last}") == (206, played.data[first : last + 1])
    answers = await asyncio.gather(*(played.part(f"{start}-") for start in range(0, size, size // 8)))
    assert [body for _, body in answers] == [played.data[start:] for start in range(0, size, size // 8)]


async def test_a_damaged_block_ends_the_answer_and_the_rest_plays(played: Played) -> None:
    (path,) = (played.kept.directory / "segments").iterdir()
    raw = bytearray(path.read_bytes())
    raw[-100] ^= 1  # in the last block
    path.write_bytes(raw)
    assert await played.part("0-999") == (206, played.data[:1000])
    with pytest.raises(Exception, match=r"(?i)payload|reset|closed|disconnected"):
        await played.part(f"{len(played.data) - 10}-")
    answer = await played.site.ask("POST", f"/api/v1/recordings/{RECORDING}/verify", {})
    assert answer.json["result"] == "broken" and answer.json["broken"][0]["segment_id"] == played.segment_id


async def test_an_export_checks_itself_elsewhere(played: Played, tmp_path: Path) -> None:
    begun = await played.site.ask("POST", f"/api/v1/recordings/{RECORDING}/export", {"reason": REASON})
    async with played.site.http.get(played.url(f"/exports/{begun.json['export_id']}"), headers=played.headers) as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    archive.extractall(tmp_path / "export")
    assert played.data in [archive.read(name) for name in archive.namelist()]
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-I", "verify.py"], cwd=tmp_path / "export", capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_what_is_erased_is_gone(played: Played) -> None:
    async with played.kept.store.write() as tx:
        user = await tx.users.get(USER.id)
        assert user is not None
        await tx.users.save(replace(user, is_privacy_officer=True))
    path = f"/api/v1/recordings/{RECORDING}"
    assert (await played.site.ask("POST", f"{path}/erase", {"reason": REASON})).json["erase"]["confirm_after"] is not None
    assert (await played.part("0-9"))[0] == 206
    played.site.clock.move(7 * 24 * 3600)
    played.site.cookies = {"telemed_staff": await sign_in(played.kept.store, played.site.clock.utcnow())}
    assert (await played.site.ask("POST", f"{path}/erase/confirm", {})).status == 200
    assert (await played.part("0-9"))[0] == 404
    assert not played.kept.key_file.exists() and not played.kept.directory.exists()
    assert (await played.kept.row()).state is RecordingState.ERASED
