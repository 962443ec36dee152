"""Recording goes wrong: the call notices nothing of it, and control is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.media.control import (
    RecordingCondition,
    RecordingReport,
    RecordingSnapshot,
    SetRecording,
)
from telemed.media.journal.faults import RecordingFault
from telemed.rtp.rtcp import Nack
from telemed.sfu import client as client_module
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.recorded import CAMERA, MICROPHONE, Recorded, wanted
from tests.adapters.sfu.test_control_socket import Control
from tests.adapters.sfu.test_recording import CAM, CAM_RTX, came, join_alice, picture, sound
from tests.bench.rtp_client import INTERFRAME, KEYFRAME, RtpClient, receive_audio, receive_video, rtp_packet

PATIENCE = 15.0  # seconds: other programs may hold the machine
STRICT = (RecordingFault.DISK_FULL, RecordingFault.READ_ONLY, RecordingFault.FAILED)


@pytest.fixture
async def control(stage: Stage) -> AsyncIterator[Control]:
    """A connected control."""
    found = Control(stage.worker.settings.socket_path)
    await found.client.start()
    await until(lambda: found.client.available)
    yield found
    await found.client.close()


async def call(stage: Stage) -> tuple[RtpClient, RtpClient]:
    """Alice sends sound and picture, bob gets both."""
    alice = await join_alice(stage)
    bob = await stage.join("bob", (), (receive_audio("2", "a-mic"), receive_video("3", "a-cam")))
    return alice, bob


def told(control: Control) -> list[RecordingReport]:
    """What control was told of recordings."""
    return [event for event in control.events if isinstance(event, RecordingReport)]


@pytest.mark.parametrize("fault", [fault for fault in RecordingFault if fault is not RecordingFault.NONE])
async def test_a_fault_of_the_disk_is_told_while_the_call_goes_on(stage: Stage, control: Control, fault: RecordingFault) -> None:
    alice, bob = await call(stage)
    await control.client.set_recording(wanted(MICROPHONE, CAMERA))
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await until(lambda: told(control) and set(told(control)[-1].tracks) == {"a-mic", "a-cam"}, PATIENCE)
    book = stage.journals.books[-1]
    book.fault, book.dropped = fault, 7
    await until(lambda: told(control)[-1].fault is fault, PATIENCE)
    last = told(control)[-1]
    assert last.state is (RecordingCondition.FAILED if fault in STRICT else RecordingCondition.WRITING)
    assert (last.dropped, last.packets) == (7, 2) and last.octets > 0
    for n in range(1, 20):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-mic"))) == 20, PATIENCE)
    book.fault = RecordingFault.NONE
    await until(lambda: told(control)[-1].state is RecordingCondition.WRITING, PATIENCE)


async def test_a_journal_with_a_hole_costs_the_call_nothing(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice, bob = await call(stage)
    recorded.set(MICROPHONE, CAMERA)
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await came(stage, 2)
    recorded.journal("a-mic").raises = True
    for n in range(1, 20):
        alice.send_rtp(sound(n))
        alice.send_rtp(picture(n))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-mic"))) == 20, PATIENCE)
    await until(lambda: recorded.reports[-1].fault is RecordingFault.FAILED, PATIENCE)
    assert recorded.reports[-1].state is RecordingCondition.FAILED and recorded.reports[-1].tracks == ("a-cam",)
    assert stage.worker.counters.fail_tap == 1, "once, not for each packet"
    assert len(recorded.book.packets("a-cam")) == 20, "the other tracks go on"
    stage.worker.counters.fail_tap = 0


async def test_a_book_with_a_hole_costs_the_call_nothing(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice, bob = await call(stage)
    recorded.set(MICROPHONE)
    recorded.book.raises = True
    for n in range(20):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-mic"))) == 20, PATIENCE)
    await until(lambda: recorded.reports[-1].fault is RecordingFault.FAILED, PATIENCE)


async def test_stopping_answers_when_it_is_on_the_disk_and_others_are_answered_meanwhile(stage: Stage, control: Control) -> None:
    alice = await join_alice(stage)
    await control.client.set_recording(wanted(MICROPHONE))
    alice.send_rtp(sound(0))
    await came(stage, 1)
    book = stage.journals.books[-1]
    book.disk = asyncio.Event()
    stopping = asyncio.create_task(control.client.stop_recording("room", "rec"))
    again = asyncio.create_task(control.client.stop_recording("room", "rec"))
    await until(lambda: book.journals[0].closed)
    assert (await control.client.stats())["recordings"] == 0
    alice.send_rtp(sound(1))
    await came(stage, 2)
    assert not stopping.done() and not again.done() and len(book.journals[0].packets) == 1
    assert stage.worker.snapshot().recordings == (RecordingSnapshot("room", "rec", ()),), "it is not on the disk yet"
    book.disk.set()
    await asyncio.gather(stopping, again)
    assert book.finished and stage.worker.snapshot().recordings == ()
    await until(lambda: told(control)[-1].state is RecordingCondition.CLOSED, PATIENCE)
    with pytest.raises(NotFound):
        await control.client.set_recording(wanted(MICROPHONE))
    await control.client.stop_recording("nowhere", "never")


async def test_control_that_goes_while_it_waits_harms_nobody(stage: Stage, control: Control) -> None:
    await control.client.set_recording(wanted(MICROPHONE))
    book = stage.journals.books[-1]
    book.disk = asyncio.Event()
    stopping = asyncio.create_task(control.client.stop_recording("room", "rec"))
    await until(lambda: stage.worker._control is not None and stage.worker._control._deferred)
    await control.client.close()
    assert isinstance((await asyncio.gather(stopping, return_exceptions=True))[0], Exception)
    await control.client.start()
    await until(lambda: control.client.available)
    assert (await control.client.stats())["recordings"] == 0
    book.disk.set()
    await control.client.stop_recording("room", "rec")
    assert book.finished


async def test_a_restarted_control_finds_the_recording_and_goes_on_with_it(
    stage: Stage, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await join_alice(stage)
    await control.client.set_recording(wanted(MICROPHONE))
    with pytest.raises(Conflict):
        await control.client.set_recording(wanted(MICROPHONE, recording="other"))
    with pytest.raises(InvalidInput):
        await control.client.set_recording(wanted(MICROPHONE, directory="/srv/elsewhere"))
    await control.client.close()
    alice.send_rtp(sound(0))
    await came(stage, 1)
    await control.client.start()
    await until(lambda: control.client.available)
    assert control.snapshots[-1].recordings == (RecordingSnapshot("room", "rec", ("a-mic",)),)
    await control.client.set_recording(wanted(MICROPHONE, CAMERA))
    alice.send_rtp(sound(1))
    await came(stage, 2)
    assert len(stage.journals.books) == 1 and len(stage.journals.books[0].packets("a-mic")) == 2
    count = len(told(control))
    await until(lambda: len(told(control)) > count, PATIENCE)  # each 5 s, whether anything changes or not
    monkeypatch.setattr(client_module, "STOP_TIMEOUT", 0.2)
    stage.journals.books[0].disk = asyncio.Event()
    with pytest.raises(Exception, match="does not answer"):
        await control.client.stop_recording("room", "rec")
    stage.journals.books[0].disk.set()


def frames_of(payloads: list[bytes]) -> set[int]:
    """The numbers of the frames that came whole; each is one packet."""
    return {int(payload.rsplit(b"#", 1)[1]) for payload in payloads}


def body(n: int) -> bytes:
    """The payload of the n-th frame."""
    return (KEYFRAME if n % 100 == 0 else INTERFRAME) + b"#%d" % n


async def test_with_five_percent_lost_the_recording_misses_no_more_than_a_viewer(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    bob = await stage.join("bob", (), (receive_video("3", "a-cam"),))
    recorded.set(CAMERA)
    chance = random.Random(5)
    resends, count = iter(range(100_000)), 400

    def send(n: int) -> None:
        if chance.random() >= 0.05:
            alice.send_rtp(rtp_packet(96, 65000 + n, n * 3000, CAM, body(n), marker=True))

    def resend(record: object) -> None:
        if isinstance(record, Nack):
            for sequence in record.lost:
                n = (sequence - 65000) & 0xFFFF
                if chance.random() >= 0.05:
                    packet = sequence.to_bytes(2, "big") + body(n)
                    alice.send_rtp(rtp_packet(97, next(resends), n * 3000, CAM_RTX, packet, marker=True))

    alice.on_rtcp = resend
    for n in range(count):
        send(n)
        if n % 8 == 7:
            await asyncio.sleep(0.005)
    stream = stage.peer("alice").streams[CAM]
    picture_ssrc = stage.ssrc(bob, "a-cam")

    def settled() -> bool:  # what is still missing was given up
        return stream.highest & 0xFFFF >= (65000 + count - 5) & 0xFFFF and not stream.nack.missing

    await until(settled, PATIENCE)
    await until(lambda: len(bob.inbox.payloads(picture_ssrc)) == stage.worker.counters.out_rtp, PATIENCE)
    viewed, written = frames_of(bob.inbox.payloads(picture_ssrc)), frames_of(recorded.book.packets("a-cam"))
    assert viewed and viewed <= written, "whatever a viewer saw was recorded"
    assert len(recorded.book.packets("a-cam")) == len(written), "and none of it twice"
    assert stage.worker.counters.in_rtx, "some of it had to be asked for again"


async def test_repeating_the_same_is_cheap_for_control(stage: Stage, control: Control) -> None:
    request = wanted(MICROPHONE)
    assert isinstance(request, SetRecording)
    for _ in range(20):
        await control.client.set_recording(request)
    await control.client.stats()
    assert len(told(control)) == 1
