"""Numbers of video that the pacer holds back: none is given out twice, whatever is dropped before it leaves."""

from __future__ import annotations

import struct
import time
from types import SimpleNamespace
from typing import Any
from unittest import mock

from telemed.sfu import dataplane as dataplane_module
from telemed.sfu.flows import EgressFlow
from telemed.sfu.subscriber_control import SubscriberControl
from telemed.sfu.tracks import Track
from tests.adapters.sfu.test_flows import OUT, Plane
from tests.bench.rtp_client import INTERFRAME, KEYFRAME, receive_video, rtp_packet

SECOND_US = 1_000_000


class PacedPlane(Plane):
    """A subscriber whose reports say what its path carries. `protected`: every number that was given to encryption."""

    def __init__(self) -> None:
        super().__init__()
        self.protected: list[int] = []
        self._turns = 0
        self.leaves = True  # what is sent; else the kernel, or a TCP connection, has no room for it
        departures: Any = SimpleNamespace(wake=lambda _control: None)
        self.control = SubscriberControl(self.plane, departures, self.counters)
        self.control.in_charge = True
        subscriber: Any = SimpleNamespace(receiving=True, first="", path=object())
        self.flow = EgressFlow(subscriber, Track("t", "c"), receive_video("0", "t", reported=True), OUT, OUT + 1, self.control)
        self.flow.transmit = object()
        self.flow.address = ("127.0.0.1", 9)
        self.peer, self.stream = self.source(100)
        self.stream.set_flows((self.flow,))

    def protect(self, *_arguments: object) -> int:
        self.protected.append(struct.unpack_from("!H", self.plane._out, 2)[0])
        return 0

    def frame(self, first: int, packets: int, key: bool = False, lose: int = -1) -> None:
        """A frame of full packets with the numbers from `first` on; `lose` is left out."""
        for number in range(first, first + packets):
            head = (KEYFRAME if key else INTERFRAME) if number == first else b"\x00\x01"
            if number != lose:
                self.one(number, first * 3000, head)

    def one(self, number: int, timestamp: int, head: bytes = b"\x00\x01") -> None:
        self.deliver(self.peer, rtp_packet(96, number, timestamp, 100, head + bytes(1000)))

    def let_leave(self, turns: int = 100) -> None:
        """Tenths of a second pass in which held packets leave."""
        for _ in range(turns):
            self._turns += 1
            self.control.depart(time.monotonic_ns() // 1000 + self._turns * SECOND_US // 10)

    def _take(self, _data: memoryview, _address: object) -> None:
        if not self.leaves:
            raise BlockingIOError

    def _send(self, _data: memoryview, _path: object) -> bool:
        return self.leaves


def paced(plane: PacedPlane) -> Any:
    return mock.patch.multiple(dataplane_module, _protect=plane.protect, _unprotect=lambda *_args: 0)


def begin_again(plane: PacedPlane, number: int) -> None:
    """The key frame that was asked for: all of it leaves, under numbers of its own."""
    plane.let_leave()
    before = len(plane.protected)
    plane.leaves = True
    plane.frame(number, 6, key=True)
    plane.let_leave()
    assert len(plane.protected) == before + 6
    assert len(set(plane.protected)) == len(plane.protected)


def test_a_late_packet_that_waits_takes_no_numbers_back() -> None:
    plane = PacedPlane()
    with paced(plane):
        plane.frame(60, 40, key=True, lose=70)
        plane.let_leave()
        plane.control.passed(10_000)  # sound has just left, so video waits
        plane.one(70, 180_000)
        assert plane.control.pacer.queued == 1
        number = 100
        while not plane.counters.drop_paced:  # more frames than may wait: the late packet alone is left of what does
            plane.frame(number, 4)
            number += 4
        begin_again(plane, number + 100)


def test_what_found_no_room_when_it_left_keeps_its_number() -> None:
    plane = PacedPlane()
    with paced(plane):
        plane.frame(60, 10, key=True)
        plane.let_leave()
        plane.leaves = False
        plane.frame(70, 30)
        plane.let_leave(1)
        assert 10 < len(plane.protected) < 40
        plane.flow.detach()
        begin_again(plane, 200)
