"""One TCP connection of a client at the media port: frames in, to the mux; frames out, as fast as the client reads.

It belongs to nobody until its first frame turned out to be an authenticated check; see `tcp_listener` for the limits.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from telemed.rtp.errors import MalformedPacket
from telemed.rtp.framing import FrameReader, frame
from telemed.sfu.counters import Counters
from telemed.sfu.ice_lite import StreamAddress
from telemed.sfu.send_backlog import SendBacklog

if TYPE_CHECKING:
    from telemed.sfu.udp_mux import UdpMux

TURN_US = 1000  # microseconds of frames per turn: like a wake-up of the UDP port
FLUSH_FRAMES = 32  # frames written per turn
ADMISSION_TIME = 10.0  # seconds from the connection to its first authenticated check
FRAME_TIME = 10.0  # seconds for the rest of a frame that has begun
DRAIN_TIME = 10.0  # seconds without the client taking a byte of what waits
IDLE_TIME = 30.0  # seconds without a frame: browsers check each 2 to 6 s

monotonic_ns = time.monotonic_ns


class TcpConnection:
    """A framed connection, and the place its peer's media is sent to. `address` stands in the mux's table like a datagram's.

    `on_end` is called once, when it is over. Nothing here raises towards the packet path.
    """

    __slots__ = (
        "_backlog",
        "_continuing",
        "_counters",
        "_loop",
        "_mux",
        "_on_end",
        "_reader",
        "_socket",
        "_writing",
        "address",
        "admitted",
        "ended",
        "frame_at",
        "opened_at",
        "partial_since",
        "source",
        "taken_at",
    )

    def __init__(
        self,
        connection: socket.socket,
        remote: tuple[str, int, str],
        mux: UdpMux,
        counters: Counters,
        on_end: Callable[[TcpConnection], None],
    ) -> None:
        now = time.monotonic()
        host, port, self.source = remote  # `source`: what limits count it as
        self.address: StreamAddress = (host, port, self)
        self.admitted = False  # a peer of ours has proved itself on it
        self.ended = False
        self.opened_at = self.frame_at = now  # seconds: `frame_at` when the last whole frame came
        self.partial_since = 0.0  # seconds: since when a frame is not whole; 0 while none is
        self.taken_at = 0.0  # seconds: when the client last took bytes of what waits; 0 while nothing waits
        self._socket = connection
        self._mux = mux
        self._counters = counters
        self._on_end = on_end
        self._reader = FrameReader()
        self._backlog = SendBacklog()
        self._continuing = self._writing = False
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connection.fileno(), self._on_readable)

    # --- out: called by the packet path ------------------------------------------------------------------------------------

    def send(self, packet: bytes | memoryview, is_video: bool) -> bool:
        """Send or queue one packet; False when the connection is over. Drop rule: see `SendBacklog`; drops are counted."""
        if self.ended:
            self._counters.fail_send += 1
            return False
        framed = frame(packet)
        if self._writing:
            self._queue(framed, is_video)
            return True
        try:
            took = self._socket.send(framed)
        except BlockingIOError:
            took = 0
        except OSError:  # reset by the client; the packet path must not see its tables change
            self._counters.fail_send += 1
            self._loop.call_soon(self.end)
            return False
        if took < len(framed):
            if took:
                self._backlog.begin(framed[took:])
            else:
                self._queue(framed, is_video)
            self._writing = True
            self.taken_at = time.monotonic()
            self._loop.add_writer(self._socket.fileno(), self._on_writable)
        return True

    def _queue(self, framed: bytes, is_video: bool) -> None:
        dropped = self._backlog.add(framed, is_video)
        if is_video:
            self._counters.drop_backlog_video += dropped
        else:
            self._counters.drop_backlog_other += dropped

    def _on_writable(self) -> None:
        """Write what waits until the kernel takes no more."""
        for _ in range(FLUSH_FRAMES):
            chunk = self._backlog.next()
            if not chunk:
                self._writing = False
                self.taken_at = 0.0
                self._loop.remove_writer(self._socket.fileno())
                return
            try:
                took = self._socket.send(chunk)
            except BlockingIOError:
                took = 0
            except OSError:
                self.end()
                return
            if took:
                self.taken_at = time.monotonic()
            if took < len(chunk):
                self._backlog.begin(chunk[took:])
                return

    # --- in ----------------------------------------------------------------------------------------------------------------

    def _on_readable(self) -> None:
        """Read once, and hand on what became whole."""
        space = self._reader.space()
        if space:  # none: whole frames still wait for their turn
            try:
                got = self._socket.recv_into(space)
            except BlockingIOError:
                return
            except OSError:  # reset
                got = 0
            if not got:
                self.end()
                return
            self._reader.added(got)
        if not self._continuing:
            self._take_frames()

    def _continue(self) -> None:
        self._continuing = False
        if not self.ended:
            self._take_frames()

    def _take_frames(self) -> None:
        """Hand whole frames to the mux, for a millisecond; the loop sees to the others before the rest."""
        started_us = now_us = monotonic_ns() // 1000
        try:
            while (packet := self._reader.take()) is not None:
                self._counters.in_frames += 1
                if not self._mux.take_framed(packet, self.address, now_us):
                    self._refuse()
                if self.ended:
                    return
                self.admitted = True
                now_us = monotonic_ns() // 1000
                self.frame_at = now_us * 1e-6
                self.partial_since = 0.0
                if now_us - started_us > TURN_US:
                    self._continuing = True
                    self._loop.call_soon(self._continue)
                    break
        except MalformedPacket:
            self._counters.drop_frame_length += 1
            self.end()
            return
        if self._reader.waiting and not self.partial_since:
            self.partial_since = now_us * 1e-6
        self._mux.on_read(now_us)

    def _refuse(self) -> None:
        """A frame came that no peer of ours vouches for."""
        self._counters.drop_connection_unknown += 1
        self.end()

    # --- end ---------------------------------------------------------------------------------------------------------------

    def judge(self, now: float) -> None:
        """End the connection if it keeps us waiting; called every second."""
        counters = self._counters
        if self.ended:
            return
        if not self.admitted:
            if now - self.opened_at >= ADMISSION_TIME:
                counters.drop_connection_unknown += 1
                self.end()
        elif self.partial_since and now - self.partial_since >= FRAME_TIME:
            counters.drop_connection_slow += 1
            self.end()
        elif self.taken_at and now - self.taken_at >= DRAIN_TIME:
            counters.drop_connection_stalled += 1
            self.end()
        elif now - self.frame_at >= IDLE_TIME:
            counters.drop_connection_idle += 1
            self.end()

    def end(self) -> None:
        """Close. The peer falls back to another of its paths, if it has one. Idempotent."""
        if self.ended:
            return
        self.ended = True
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._mux.forget(self.address)
        self._on_end(self)
        del self.address  # it knows us: a media worker collects garbage rarely
