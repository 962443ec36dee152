"""One UDP port for all peers of a worker: takes datagrams in, tells them apart (RFC 7983), and answers ICE checks.

Frames of TCP connections come in by `take_framed` and are judged alike; their address is the connection.
Only a STUN check whose integrity fits a peer's password makes an address known. Everything else is accepted from known addresses
only; the rest is counted and dropped without an answer. While junk pours in, `guard` has peers read from sockets of their own.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from telemed.sfu import stun_messages
from telemed.sfu.counters import Counters
from telemed.sfu.flood_guard import FloodGuard
from telemed.sfu.ice_lite import Address, IceAgent, Path, PathOwner, StreamAddress
from telemed.sfu.peer_sockets import Inlet
from telemed.sfu.udp_socket import (
    ANCILLARY_BYTES,
    SO_TIMESTAMPNS,
    Ancillary,
    MediaSocket,
    kernel_drops,
    local_address,
    plain_address,
    source_ancillary,
    unpack_timespec,
)

MAX_DATAGRAM = 1500  # bytes: larger ones are nobody's media
BUFFER_BYTES = 2048  # so that a larger one shows its size instead of being cut to fit
DRAIN_TIME_US = 1000  # microseconds per wake-up of the loop: with one more datagram's fan-out this keeps the callback under 2 ms
SLOW_US = 2000  # a callback longer than this is counted
CLOCK_READING_NS = 20_000  # two clocks read within this belong together
CLOCK_STEP_US = 5000  # the wall clock moved against the monotonic one by more than slewing can explain
MAX_STAMP_AGE_US = 2_000_000  # an older kernel stamp is a stepped clock, not a long queue

CONSENT_SECONDS = 30.0  # RFC 7675 section 5.1: how long a check allows to send
HELD_SECONDS = 10.0  # after its last check an address stays its owner's: browsers check each 2 to 6 s

NO_ANCILLARY: Ancillary = []  # of a TCP path: the kernel is asked for nothing

PACKET_FAULTS = (ValueError, IndexError, KeyError, TypeError, AttributeError, ArithmeticError, struct.error)

monotonic_ns = time.monotonic_ns
time_ns = time.time_ns


class MediaSink(Protocol):
    """Who takes RTP and RTCP: the data plane. The datagram lies in the mux's `buffer`."""

    def on_stray(self, length: int, now: float) -> PathOwner | None:
        """RTP or RTCP came from an unknown address. Return the peer whose keys it carries and whose path is quiet, else None."""

    def on_media(self, path: Path, length: int, arrival_us: int) -> None:
        """`length` bytes of SRTP or SRTCP came over `path` at `arrival_us` (monotonic microseconds, kernel stamp)."""


class UdpMux:
    """Owner of the worker's socket. `buffer` holds the datagram being handled, and only while it is handled."""

    def __init__(self, media_socket: MediaSocket, counters: Counters) -> None:
        self.buffer = bytearray(BUFFER_BYTES)
        self.port = media_socket.port
        self.slow_callbacks = 0
        self.media_socket = media_socket
        self._socket = media_socket.socket
        self._view = memoryview(self.buffer)
        self._counters = counters
        self._paths: dict[Address, Path] = {}
        self._owners: dict[str, PathOwner] = {}
        self._clock_offset_us = (time_ns() - monotonic_ns()) // 1000
        self._sink: MediaSink | None = None
        self.guard = FloodGuard(media_socket, counters, self._udp_paths, self._read)
        self._inlet = self.guard.strangers  # that is being read
        self._on_drained: Callable[[float], None] | None = None

    def start(self, sink: MediaSink, on_drained: Callable[[float], None] | None = None) -> None:
        """Begin reading in the running loop; media goes to `sink`. `on_drained(now)` is called after each read: timers that are
        due then cost no wake-up of their own."""
        self._sink = sink
        self._on_drained = on_drained
        self.guard.start(asyncio.get_running_loop())

    def close(self) -> None:
        """Stop reading and close the socket. Idempotent."""
        self.guard.close()
        self._socket.close()
        self._paths.clear()
        self._owners.clear()

    def add_ufrag(self, ufrag: str, owner: PathOwner) -> None:
        """From now on checks that name `ufrag` belong to `owner`."""
        self._owners[ufrag] = owner

    def remove_ufrag(self, ufrag: str) -> None:
        """Checks that name `ufrag` are no longer answered."""
        self._owners.pop(ufrag, None)

    def remove_owner(self, owner: PathOwner) -> None:
        """Forget every address and user fragment of `owner`."""
        for ufrag in owner.agent.ufrags:
            self.remove_ufrag(ufrag)
        for path in owner.agent.paths.values():
            known = self._paths.get(path.address)
            if known is not None and known.owner is owner:
                del self._paths[path.address]

    def send(self, data: bytes | memoryview, path: Path) -> bool:
        """Send one datagram over `path`; False when the kernel would not take it (counted, never an exception)."""
        try:
            if path.ancillary is None:
                self._socket.sendto(data, path.address)
            elif path.connection is None:
                self._socket.sendmsg((data,), path.ancillary, 0, path.address)
            elif not path.connection.send(data, _is_rtp(data)):
                return False
        except BlockingIOError:
            self._counters.send_blocked += 1
            return False
        except OSError:  # no route, interface gone, or an ICMP error of an earlier datagram
            self._counters.fail_send += 1
            return False
        self._counters.out_bytes += len(data)
        return True

    def take_framed(self, packet: memoryview, address: StreamAddress, now_us: int) -> bool:
        """One frame of 1 to 1500 bytes came over a TCP connection at `now_us` (monotonic microseconds). True while the connection
        belongs to a peer: since its first frame was an authenticated check, and until another path took its place."""
        if packet[0] > 3 and address not in self._paths:
            return False
        length = len(packet)
        self.buffer[:length] = packet
        try:
            self._take(length, NO_ANCILLARY, address, now_us, 0)
        except PACKET_FAULTS:  # see `_read`
            self._counters.fail_packet_path += 1
        return address in self._paths

    def on_read(self, now_us: int) -> None:
        """A TCP connection was read: see `on_drained` of `start`."""
        if self._on_drained is not None:
            self._on_drained(now_us * 1e-6)

    def forget(self, address: StreamAddress) -> None:
        """A TCP connection is over: its peer falls back to the path that was checked last, if it has another with consent."""
        path = self._paths.pop(address, None)
        if path is not None:
            path.owner.agent.forget(address, monotonic_ns() * 1e-9 - CONSENT_SECONDS)
            path.owner.on_path_changed()

    def _read(self, inlet: Inlet) -> None:
        """Drain the inlet's share of datagrams or one millisecond, whichever ends first; the loop calls again for the rest.

        The clock is read once per datagram: a stamp may be later than the reading before it, by as long as the read took.
        """
        receive, counters = inlet.socket.recvmsg_into, self._counters
        buffers = [self._view]
        self._inlet = inlet
        oldest_us = MAX_STAMP_AGE_US if self._follow_clock() else -CLOCK_STEP_US  # which no stamp fits
        started_us = now_us = monotonic_ns() // 1000
        deadline_us = started_us + DRAIN_TIME_US
        for _ in range(inlet.share):
            try:
                length, ancillary, _flags, address = receive(buffers, ANCILLARY_BYTES)
            except BlockingIOError:
                break
            except OSError:  # an ICMP error of an earlier send is reported here
                counters.fail_receive += 1
                continue
            counters.in_datagrams += 1
            try:
                self._take(length, ancillary, address, now_us, oldest_us)
            except PACKET_FAULTS:  # a hole in our own checks: this datagram is lost, nothing else
                counters.fail_packet_path += 1
            now_us = monotonic_ns() // 1000
            if now_us > deadline_us:
                break
        if now_us - started_us > SLOW_US:
            self.slow_callbacks += 1
        if self._on_drained is not None:
            self._on_drained(now_us * 1e-6)
        if now_us >= self.guard.due_us:
            self.guard.judge(now_us * 1e-6)

    def _take(self, length: int, ancillary: Ancillary, address: Address, now_us: int, oldest_us: int) -> None:
        """Hand the datagram in the buffer to whom it is for, by its first byte (RFC 7983). Kernel stamps older than `oldest_us`
        are not believed."""
        if not 0 < length <= MAX_DATAGRAM:
            self._count_size(length)
            return
        self._counters.in_bytes += length
        if len(ancillary) > 2:
            self._count_kernel_drops(ancillary)
        first = self.buffer[0]
        if 128 <= first <= 191:
            path = self._paths.get(address)
            if path is None:
                self._on_stray(length, address, ancillary, now_us * 1e-6)
                return
            arrival_us = now_us
            if ancillary and ancillary[0][1] == SO_TIMESTAMPNS:
                seconds, nanoseconds = unpack_timespec(ancillary[0][2])
                stamp_us = seconds * 1_000_000 + nanoseconds // 1000 - self._clock_offset_us
                if -CLOCK_STEP_US < now_us - stamp_us < oldest_us:
                    arrival_us = stamp_us
            self._sink.on_media(path, length, arrival_us)  # type: ignore[union-attr]
        elif first <= 3:
            self._on_stun(bytes(self._view[:length]), address, ancillary, now_us * 1e-6)
        elif 20 <= first <= 63:
            self._on_dtls(length, address)
        else:
            self._counters.drop_class_unknown += 1

    def _follow_clock(self) -> bool:
        """Update wall clock minus monotonic; False when it stepped: the stamps of what is queued now mean nothing.

        A reading during which the process was interrupted is not used: it would look like a step, or shift every arrival.
        """
        before = monotonic_ns()
        wall = time_ns()
        if monotonic_ns() - before > CLOCK_READING_NS:
            return True
        offset_us = (wall - before) // 1000
        stepped = abs(offset_us - self._clock_offset_us) > CLOCK_STEP_US
        self._clock_offset_us = offset_us
        if stepped:
            self._counters.clock_steps += 1
        return not stepped

    def _count_size(self, length: int) -> None:
        if length:
            self._counters.drop_oversized += 1
        else:
            self._counters.drop_empty += 1

    def _count_kernel_drops(self, ancillary: Ancillary) -> None:
        """Add what the kernel dropped since it last said so; its count runs from the socket's beginning."""
        total = kernel_drops(ancillary)
        if total is not None and total != self._inlet.drops:
            self.guard.count_drops(self._inlet, total)

    def _udp_paths(self) -> Iterator[Path]:
        """Every path that datagrams of a peer may take."""
        for owner in {id(owner): owner for owner in self._owners.values()}.values():
            yield from owner.agent.paths.values()

    def _on_stray(self, length: int, address: Address, ancillary: Ancillary, now: float) -> None:
        """Media from an unknown address: dropped, unless a peer's NAT mapping has changed under it. This datagram is lost
        either way; the next ones find the path."""
        owner = self._sink.on_stray(length, now) if self._sink is not None else None
        if owner is None or len(address) == 3:  # a connection nobody checked on is closed, see `take_framed`
            self._counters.drop_address_unknown += 1
            return
        local = local_address(ancillary)
        path = Path(owner, address, local, source_ancillary(address, local))
        evicted = owner.agent.adopt(path, now)
        self._paths[address] = path
        self._retire(owner.agent, evicted)
        self._counters.path_switches += 1
        self._counters.paths_adopted += 1
        self.guard.admit(path)
        owner.on_path_changed()

    def expire_adopted(self, owner: PathOwner, now: float) -> None:
        """Take back an adopted address of `owner` that no check has confirmed in time."""
        path = owner.agent.expire_adopted(now)
        if path is not None:
            self._attribute(owner.agent, path.address)
            owner.on_path_changed()

    def _on_dtls(self, length: int, address: Address) -> None:
        path = self._paths.get(address)
        if path is None:
            self._counters.drop_address_unknown += 1
            return
        self._counters.in_dtls += 1
        path.owner.on_dtls(bytes(self._view[:length]))

    def _on_stun(self, data: bytes, address: Address, ancillary: Ancillary, now: float) -> None:
        """Answer an authenticated check of a known peer; be silent towards everybody else, so that nothing is reflected."""
        counters = self._counters
        counters.in_stun += 1
        user = stun_messages.peek_user(data)
        if user is None:
            counters.drop_stun_malformed += 1
            return
        owner = self._owners.get(user)
        password = owner.agent.password(user) if owner is not None else None
        if owner is None or password is None:
            counters.drop_stun_unknown_user += 1
            return
        try:
            request = stun_messages.read_request(data, password)
        except ValueError:
            counters.drop_stun_malformed += 1
            return
        if request is None:
            counters.drop_stun_unauthenticated += 1
            return
        if self._is_held(address, owner, now):
            counters.drop_address_held += 1
            return
        path = self._path_of(owner, address, local_address(ancillary))
        if stun_messages.claims_controlled(request):
            reply = stun_messages.role_conflict_response(request, password)
        else:
            self._learn(owner, path, user, stun_messages.is_nominating(request), now)
            reply = stun_messages.success_response(request, plain_address(address), password)
        if owner.agent.may_reply(now):
            for _ in range(owner.agent.answers if path.connection is None else 1):
                self.send(reply, path)
            counters.out_stun += 1
        else:
            counters.drop_stun_rate += 1

    def _is_held(self, address: Address, owner: PathOwner, now: float) -> bool:
        """Whether another live peer checks from this address: a source can be forged, and would take that peer's media away."""
        known = self._paths.get(address)
        return known is not None and known.owner is not owner and now - known.checked_at < HELD_SECONDS

    def _path_of(self, owner: PathOwner, address: Address, local: bytes) -> Path:
        """Return the owner's path between these addresses, or a new one that is not yet in any table."""
        path = owner.agent.paths.get((address, local))
        if path is not None:
            return path
        ancillary = NO_ANCILLARY if len(address) == 3 else source_ancillary(address, local)
        return Path(owner, address, local, ancillary)

    def _learn(self, owner: PathOwner, path: Path, user: str, nominating: bool, now: float) -> None:
        """Put an authenticated path into the tables; of an address that nobody holds the latest owner has it."""
        agent = owner.agent
        before = agent.selected
        known = self._paths.get(path.address)
        if known is not None and known.owner is not owner:
            known.owner.agent.forget(path.address)
        evicted = agent.on_check(path, user, nominating, now)
        self._attribute(agent, path.address)
        self._retire(agent, evicted)
        if before is not None and agent.selected is not before:
            self._counters.path_switches += 1
        self.guard.admit(path)
        owner.on_checked(now)

    def _retire(self, agent: IceAgent, evicted: Path | None) -> None:
        """A path had to give way to another."""
        if evicted is None:
            return
        self._attribute(agent, evicted.address)
        if evicted.connection is not None:
            evicted.connection.end()

    def _attribute(self, agent: IceAgent, address: Address) -> None:
        """Make the table say which of the agent's paths datagrams from `address` belong to."""
        path = agent.path_at(address)
        if path is None:
            self._paths.pop(address, None)
        else:
            self._paths[address] = path


def _is_rtp(data: bytes | memoryview) -> bool:
    """Tell RTP from the rest of what `send` is given (RFC 7983, RFC 5761): it is pictures then, resent; sound is not resent."""
    return 128 <= data[0] <= 191 and not 192 <= data[1] <= 223
