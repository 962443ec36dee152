"""Offers nobody should send: a typed error within moments, and the call goes on."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.client.seat import RefusedError, SeatClient
from tests.hostile.product import Attacker
from tests.hostile.raw_http import exchange, request
from tests.hostile.raw_seat import Line, offer_text

ANSWERED_WITHIN = 3.0  # seconds, on a busy machine
MICROPHONE = [{"mid": "0", "source": "microphone"}]
_M = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"

# Each makes a hostile text of a good one.
HOSTILE: dict[str, Callable[[str], str]] = {
    "empty": lambda s: " ",
    "binary": lambda s: "".join(map(chr, range(256))) * 20,
    "nul": lambda s: s.replace("a=mid:0", "a=mid:0\x00"),
    "surrogates": lambda s: s + "a=x:\ud800\r\n",
    "three thousand lines": lambda s: s + _M * 2900,
    "sixty lines": lambda s: s + "".join(f"{_M}a=mid:x{n}\r\n" for n in range(60)),
    "no bundle": lambda s: s.replace("a=group", "a=grp"),
    "mid twice": lambda s: s + s[s.index("m=") :],
    "long mid": lambda s: s.replace("a=mid:0", "a=mid:" + "0" * 200),
    "long line": lambda s: s + "a=x:" + "y" * 50_000 + "\r\n",
    "many attributes": lambda s: s + "a=x\r\n" * 15_000,
    "bad fingerprint": lambda s: s.replace("sha-256 ", "sha-256 ZZ"),
    "weak fingerprint": lambda s: s.replace("sha-256", "md5"),
    "no password": lambda s: s.replace("a=ice-pwd", "a=ice-pdw"),
    "short password": lambda s: s[: s.index("a=ice-pwd:") + 12] + s[s.index("\r\na=fingerprint") :],
    "passive": lambda s: s.replace("setup:active", "setup:passive"),
    "huge ssrc": lambda s: s.replace("a=ssrc:", "a=ssrc:9"),
    "injection": lambda s: s.replace("a=mid:0", "a=mid:0\ra=x"),
    "other protocol": lambda s: s.replace("v=0", "v=1"),
}


async def post(seat: SeatClient, sdp: str, attempt: int, **fields: Any) -> dict[str, Any]:
    body = {"attempt": attempt, "offer": 1, "sdp": sdp, "publish": MICROPHONE, "subscribe": []} | fields
    return await seat.api.post(f"/sessions/{seat.session_id}/offer", **body)


async def test_hostile_descriptions_get_a_typed_error(mallory: Attacker) -> None:
    seats = [await mallory.seated() for _ in range(3)]  # ten offers in ten seconds are allowed to each
    good = offer_text(mallory.peer(seats[0]).rtp, (Line("0", "microphone", 4_100_000_000),))
    for number, (name, change) in enumerate(HOSTILE.items()):
        seat = seats[number % len(seats)]
        started = time.monotonic()
        with pytest.raises(RefusedError) as error:
            await post(seat, change(good), 1000 + number)
        assert time.monotonic() - started < ANSWERED_WITHIN, name
        assert (error.value.status, error.value.code) in (
            (400, "bad_sdp"),
            (400, "invalid_input"),
            (413, "bad_sdp"),
            (413, "too_large"),
        ), (
            name,
            error.value,
        )
        assert len(str(error.value)) < 200, name


@pytest.mark.parametrize("size", [10_000_000, 400_000])
async def test_ten_megabytes_are_refused_unread(mallory: Attacker, size: int) -> None:
    """10 MB of description; 10,000 m-lines are 330 KB of the smaller size."""
    seat = await mallory.seated()
    sdp = ("v=0\\r\\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 0\\r\\n" * 10_000)[:size] if size < 10**6 else "v=0" + "a" * size
    body = f'{{"attempt": 1, "offer": 1, "sdp": "{sdp}"}}'.encode()
    started = time.monotonic()
    answer = await exchange(
        mallory.product.host,
        request(
            "POST",
            f"/api/v1/sessions/{seat.session_id}/offer",
            "Content-Type: application/json",
            f"Authorization: Bearer {seat.api.token}",
            body=body,
        ),
        "127.0.0.70",
    )
    assert answer.status == 413 and answer.error["code"] == "too_large", answer
    assert time.monotonic() - started < ANSWERED_WITHIN


async def test_uses_that_do_not_fit_the_description_are_refused(mallory: Attacker) -> None:
    seat = await mallory.seated()
    sdp = offer_text(mallory.peer(seat).rtp, (Line("0", "microphone", 5), Line("1", track_id="trk_none", kind="audio")))
    for fields in (
        {"publish": [{"mid": "9", "source": "camera"}]},
        {"publish": [{"mid": "0", "source": "camera"}]},
        {"publish": [{"mid": "1", "source": "microphone"}]},
        {"publish": MICROPHONE * 2},
        {"publish": [{"mid": "0", "source": "spy"}]},
        {"publish": MICROPHONE * 60},
        {"subscribe": [{"mid": "1", "track_id": "trk_a"}, {"mid": "1", "track_id": "trk_b"}]},
    ):
        with pytest.raises(RefusedError) as error:
            await post(seat, sdp, 2000, **fields)
        assert error.value.status == 400, fields


async def test_tracks_of_other_rooms_and_of_nobody_are_not_given(mallory: Attacker) -> None:
    """Also the track of a bystander, by its real id, asked for from another visit."""
    seated = await mallory.seated()

    def real() -> list[str]:
        """Tracks of the bystanders. Guests of earlier attacks may still be reconnecting, with tracks of theirs."""
        people = [person for person in seated.state["participants"] if person["role"] != "guest"]
        return [track["id"] for person in people for track in person["tracks"]]

    await seated.until(lambda: len(real()) == 4)
    _doctor, patient = await mallory.call()
    rtp = mallory.peer(patient).rtp
    wanted = [*real(), "trk_none"]
    lines = tuple(Line(str(n), track_id=track, kind="audio") for n, track in enumerate(wanted))
    subscribe = [{"mid": line.mid, "track_id": line.track_id} for line in lines]
    answer = await post(patient, offer_text(rtp, lines), 1, publish=[], subscribe=subscribe)
    assert [entry["track_id"] for entry in answer["refused"]] == wanted
    assert "a=ssrc" not in answer["sdp"] and "a=sendonly" not in answer["sdp"]


async def test_nobody_offers_before_admission_nor_an_observer_media(mallory: Attacker) -> None:
    _doctor, url = await mallory.visit()
    waiting = await mallory.invited(url)
    sdp = offer_text(mallory.peer(waiting).rtp, (Line("0", "microphone", 5),))
    with pytest.raises(RefusedError) as error:
        await post(waiting, sdp, 1)
    assert (error.value.status, error.value.code) == (403, "not_allowed")
    observer = await mallory.seated("observer")
    with pytest.raises(RefusedError) as error:
        await post(observer, sdp, 1)
    assert (error.value.status, error.value.code) == (403, "not_allowed")


async def test_offers_too_fast_too_old_and_at_once(mallory: Attacker) -> None:
    seat = await mallory.seated()
    sdp = offer_text(mallory.peer(seat).rtp, (Line("0", "microphone", 5),))
    await post(seat, sdp, 5000)
    with pytest.raises(RefusedError) as error:
        await post(seat, sdp, 4999)
    assert (error.value.status, error.value.code) == (409, "stale_attempt")
    for attempt in (-1, 2**53, 1.5, "1", None):
        with pytest.raises(RefusedError) as error:
            await post(seat, sdp, attempt)  # type: ignore[arg-type]
        assert error.value.status == 400, attempt
    results = await asyncio.gather(*(post(seat, sdp, 6000 + n) for n in range(40)), return_exceptions=True)
    codes = {result.code for result in results if isinstance(result, RefusedError)}
    assert codes <= {"offer_in_flight", "too_many", "stale_attempt"} and "too_many" in codes, codes


async def test_mutated_offers_never_break_the_server(mallory: Attacker) -> None:
    """Seeded mutations of a good offer, as many as the rate allows, from several seats."""
    chance = random.Random(20261122)
    seats = [seat for _ in range(3) for seat in await mallory.call()]
    for seat in seats:
        good = offer_text(mallory.peer(seat).rtp, (Line("0", "microphone", 77), Line("1", "camera", 78)))
        texts = [mutated(good, chance) for _ in range(9)]
        answers = [await answered(seat, text, 7000 + number) for number, text in enumerate(texts)]
        assert set(answers) <= {200, 400, 409, 413, 429}, answers


async def answered(seat: SeatClient, text: str, attempt: int) -> int:
    """The status an offer gets."""
    try:
        await post(seat, text, attempt, **{"as": seat.seat})
    except RefusedError as error:
        return error.status
    return 200


def mutated(text: str, chance: random.Random) -> str:
    """A few lines dropped, doubled, swapped, cut or overwritten."""
    lines = text.split("\r\n")
    for _ in range(chance.randrange(1, 5)):
        place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        how = chance.randrange(5)
        if how == 0:
            lines[place] = ""
        elif how == 1:
            lines.insert(place, lines[other])
        elif how == 2:
            lines[place], lines[other] = lines[other], lines[place]
        elif how == 3:
            lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)]
        else:
            lines[place] = lines[place][:3] + "".join(map(chr, (chance.randrange(0x250) for _ in range(20))))
    return "\r\n".join(lines)
