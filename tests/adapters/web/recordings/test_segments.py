"""Files of a recording over HTTP: ranges, conditions, what a player gets, and what is let go when it leaves."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDictProxy

from telemed.care.recording.words import RecordingState, ViewKind
from telemed.care.roles import Role
from telemed.web.recordings.media import PIECE
from tests.adapters.web.fake_vault import bytes_of, tag
from tests.adapters.web.recordings.conftest import SIZE, Reviewed
from tests.adapters.web.recordings_samples import RECORDING_ID, SEGMENT_ID

DATA = bytes_of(SIZE)
ETAG = f'"{tag(DATA)}"'
PATH = f"/segments/{SEGMENT_ID}"


async def fetch(reviewed: Reviewed, method: str = "GET", **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
    url = f"{reviewed.site.url}/api/v1/recordings/{RECORDING_ID}{PATH}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in reviewed.site.cookies.items())
    async with reviewed.site.http.request(method, url, headers=sent) as response:
        return response.status, response.headers, await response.read()


async def settled(reviewed: Reviewed) -> None:
    """Wait until no reader is open."""
    deadline = time.monotonic() + 10
    while reviewed.vault.open_readers:
        assert time.monotonic() < deadline, "a reader stays open"
        await asyncio.sleep(0.01)


async def test_the_whole_file_and_its_headers(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed)
    assert status == 200 and body == DATA
    assert headers["Content-Type"] == "video/webm" and headers["Content-Length"] == str(SIZE)
    assert headers["Accept-Ranges"] == "bytes" and headers["ETag"] == ETAG
    assert headers["Cache-Control"] == "no-store, private" and headers["Content-Disposition"] == "inline"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cross-Origin-Resource-Policy"] == "same-origin"
    await settled(reviewed)
    assert all(length <= PIECE for _, length in reviewed.vault.reads), "read in bounded pieces"


async def test_a_part_reads_only_that_part(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed, Range="bytes=500000-599999")
    assert status == 206 and body == DATA[500_000:600_000]
    assert headers["Content-Range"] == f"bytes 500000-599999/{SIZE}" and headers["Content-Length"] == "100000"
    assert min(offset for offset, _ in reviewed.vault.reads) == 500_000
    assert sum(length for _, length in reviewed.vault.reads) == 100_000


async def test_seeking_reaches_the_end_without_what_lies_between(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed, Range=f"bytes={SIZE - 10}-")
    assert (status, body) == (206, DATA[-10:])
    assert (await fetch(reviewed, Range="bytes=-7"))[2] == DATA[-7:]
    assert sum(length for _, length in reviewed.vault.reads) == 17


async def test_behind_the_end_is_416_with_the_size(reviewed: Reviewed) -> None:
    status, headers, _ = await fetch(reviewed, Range=f"bytes={SIZE}-")
    assert status == 416 and headers["Content-Range"] == f"bytes */{SIZE}"
    assert reviewed.vault.open_readers == 0 and not reviewed.vault.reads


async def test_several_ranges_get_the_whole(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed, Range="bytes=0-1,5-6")
    assert status == 200 and body == DATA and "Content-Range" not in headers


async def test_if_range_gives_the_part_of_the_same_file_only(reviewed: Reviewed) -> None:
    assert (await fetch(reviewed, Range="bytes=0-9", If_Range=ETAG))[::2] == (206, DATA[:10])
    for other in ('"other"', f"W/{ETAG}", "Sun, 06 Nov 1994 08:49:37 GMT"):
        assert (await fetch(reviewed, Range="bytes=0-9", If_Range=other))[0] == 200


async def test_conditions(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed, If_None_Match=ETAG)
    assert (status, body, headers["ETag"]) == (304, b"", ETAG)
    assert (await fetch(reviewed, If_Match='"other"'))[0] == 412
    assert (await fetch(reviewed, If_Match=ETAG, Range="bytes=0-0"))[0] == 206
    await settled(reviewed)


async def test_head_tells_the_size_and_ignores_ranges(reviewed: Reviewed) -> None:
    status, headers, body = await fetch(reviewed, "HEAD", Range="bytes=0-9")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(SIZE))
    assert not reviewed.vault.reads and reviewed.vault.open_readers == 0
    async with reviewed.store.read() as tx:
        assert not await tx.recording_views.of_recording(RECORDING_ID), "a size is no look"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spec=st.one_of(
        st.tuples(st.integers(0, SIZE + 10), st.none() | st.integers(0, SIZE + 10)).map(
            lambda pair: f"bytes={pair[0]}-{'' if pair[1] is None else pair[1]}"
        ),
        st.integers(0, SIZE + 10).map(lambda length: f"bytes=-{length}"),
        st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20),
    )
)
async def test_any_range_gets_these_very_bytes(reviewed: Reviewed, spec: str) -> None:
    reviewed.site.clock.move(60)
    status, headers, body = await fetch(reviewed, Range=spec)
    if status == 206:
        place, _, size = headers["Content-Range"].removeprefix("bytes ").partition("/")
        first, _, last = place.partition("-")
        assert body == DATA[int(first) : int(last) + 1] and size == str(SIZE)
    else:
        assert (status, body if status == 200 else DATA) == (status, DATA) and status in (200, 416)


async def test_watching_is_noted_once_an_hour(reviewed: Reviewed) -> None:
    for _ in range(3):
        await fetch(reviewed, Range="bytes=0-9")
    reviewed.site.clock.move(3599)
    await fetch(reviewed, Range="bytes=0-9")
    assert (await reviewed.acts()).count("watched") == 1
    reviewed.site.clock.move(2)
    await reviewed.sign_in(Role.CLINICIAN)
    await fetch(reviewed, Range="bytes=0-9")
    await reviewed.sign_in(Role.REVIEWER)
    await fetch(reviewed, Range="bytes=0-9")
    async with reviewed.store.read() as tx:
        views = await tx.recording_views.of_recording(RECORDING_ID)
    assert {view.what for view in views} == {ViewKind.WATCHED}
    assert sorted(view.role for view in views) == ["clinician", "clinician", "reviewer"]
    assert (await reviewed.acts()).count("watched") == 3


async def test_four_players_at_once_are_one_look(reviewed: Reviewed) -> None:
    answers = await asyncio.gather(*(fetch(reviewed, Range=f"bytes={start}-{start + 9}") for start in range(4)))
    assert [status for status, _, _ in answers] == [206] * 4
    assert (await reviewed.acts()).count("watched") == 1


async def test_nothing_is_shown_that_could_not_be_written_down(reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    from telemed.errors import Unavailable
    from telemed.web.recordings.watching import Watching

    async def fails(*_: object) -> None:
        raise Unavailable("The database is not available.")

    monkeypatch.setattr(Watching, "_write", fails)
    status, _, body = await fetch(reviewed, Range="bytes=0-9")
    assert status == 503 and DATA[:10] not in body
    assert reviewed.vault.open_readers == 0


async def test_a_client_that_goes_away_releases_the_reader(reviewed: Reviewed) -> None:
    reviewed.vault.put(RECORDING_ID, SEGMENT_ID, bytes_of(1) * 40_000_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", reviewed.site.server.port)
    cookie = "; ".join(f"{name}={value}" for name, value in reviewed.site.cookies.items())
    writer.write(f"GET /api/v1/recordings/{RECORDING_ID}{PATH} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
    assert b" 200 " in await reader.readuntil(b"\r\n")
    await asyncio.sleep(0)
    held = sum(length for _, length in reviewed.vault.reads)
    writer.transport.abort()
    await settled(reviewed)
    assert held < 40_000_000, "the rest was never read"


async def test_a_reader_who_takes_nothing_is_cut_off(reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.web.streams.STALL_SECONDS", 0.3)
    reviewed.vault.put(RECORDING_ID, SEGMENT_ID, bytes_of(1) * 40_000_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", reviewed.site.server.port)
    cookie = "; ".join(f"{name}={value}" for name, value in reviewed.site.cookies.items())
    writer.write(f"GET /api/v1/recordings/{RECORDING_ID}{PATH} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n")
    await settled(reviewed)
    assert sum(length for _, length in reviewed.vault.reads) < 40_000_000
    writer.close()


async def test_a_fault_in_the_middle_ends_the_connection(reviewed: Reviewed, caplog: pytest.LogCaptureFixture) -> None:
    reviewed.vault.fault_at = 2 * PIECE
    with pytest.raises(Exception, match=r"(?i)payload|reset|closed|disconnected"):
        await fetch(reviewed)
    await settled(reviewed)
    assert "Incident" in caplog.text and RECORDING_ID not in caplog.text


async def test_unknown_segments_and_unfinished_recordings(reviewed: Reviewed) -> None:
    for path in ("/segments/seg_OtherOther", "/segments/../manifest.json", "/segments/seg_", "/segments/SEG_AbCd"):
        assert (await reviewed.ask("GET", path)).status == 404
    await reviewed.save(replace(await reviewed.row(), state=RecordingState.ERASED))
    assert (await fetch(reviewed))[0] == 404
