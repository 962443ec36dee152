"""A handshake record forged under a client's own address: it may cost that client one attempt, and nobody else anything."""

from __future__ import annotations

from telemed.media.control import PeerState
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.test_hostile_input import FORGED_HELLO, call, prove_alive
from tests.bench.rtp_client import audio_line, receive_audio, rtp_packet


async def test_a_forged_start_costs_one_attempt(stage: Stage) -> None:
    alice, bob = await call(stage)
    await prove_alive(stage, alice, bob, 1)
    carol = stage.client()
    carol.take_answer(stage.negotiate(carol, "carol", (audio_line("0", "c-mic", 2001),)))
    carol.check()
    await until(lambda: stage.peer("carol").agent.paths)
    carol.send_raw(FORGED_HELLO)
    await until(lambda: stage.worker.counters.fail_handshake == 1)
    await prove_alive(stage, alice, bob, 2)
    again = await stage.join("carol", (audio_line("0", "c-mic", 2002),), attempt=2)
    listener = await stage.join("dora", (), (receive_audio("0", "c-mic"),))
    again.send_rtp(rtp_packet(111, 1, 960, 2002, b"back"))
    await until(lambda: b"back" in listener.inbox.payloads(stage.ssrc(listener, "c-mic")))
    await prove_alive(stage, alice, bob, 3)


async def test_after_the_handshake_nothing_forged_is_believed(stage: Stage) -> None:
    alice, bob = await call(stage)
    for mark in range(20):
        for client in (alice, bob):
            client.send_raw(FORGED_HELLO)
            client.send_raw(b"\x14\xfe\xfd" + bytes(8) + b"\x00\x01\x01")  # a ChangeCipherSpec of epoch 0
            client.send_raw(b"\x17\xfe\xfd\x00\x01" + bytes(6) + b"\x00\x10" + bytes(16))  # epoch 1, not of its keys
        await prove_alive(stage, alice, bob, 10 + mark)
    assert {stage.peer(name).state for name in ("alice", "bob")} == {PeerState.CONNECTED}
    assert stage.worker.counters.fail_handshake == 0
