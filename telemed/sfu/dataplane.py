"""The packet path: one SRTP datagram in, one rewritten and re-encrypted copy out per subscriber.

Exempt from the size and nesting limits (a call or a record per step would cost more than the step), so it is documented line by
line. It executes the tables of `streams` and `flows`; everything that is not per packet happens outside. Nothing here logs,
awaits, allocates tasks or takes locks. A native path can replace this class behind `on_media`, `send_rtcp` and `resend`.
"""

from __future__ import annotations

import struct
import time

from telemed.congestion.pacer import Verdict
from telemed.congestion.send_log import PacketKind
from telemed.media.sent_copies import SentCopies
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.header import WIDE_OFFSET, packet_packer, parse_header, stamp_number
from telemed.rtp.rtcp import parse_compound
from telemed.rtp.rtx import restore_original
from telemed.rtp.sequence import SEQUENCE_CYCLE
from telemed.sfu import seam
from telemed.sfu.counters import Counters
from telemed.sfu.flows import EgressFlow
from telemed.sfu.histogram import LatencyHistogram
from telemed.sfu.ice_lite import ADOPT_QUIET, Path
from telemed.sfu.paced_send import Held
from telemed.sfu.peer import MAX_DATAGRAMS_PER_SECOND, Peer
from telemed.sfu.redundant_sound import RedundantSound
from telemed.sfu.streams import MAX_JUMP
from telemed.sfu.udp_mux import BUFFER_BYTES, UdpMux

MIN_SRTP_BYTES = 12 + 10  # fixed header and the shorter of our authentication tags
MAX_SILENCE_US = 1_000_000  # of a source: what went lost meanwhile is more than is worth asking for again
MIN_SRTCP_BYTES = 8 + 4 + 10  # fixed header, index, tag

_unpack_ssrc = struct.Struct("!I").unpack_from
_unpack_head = struct.Struct("!BBHII").unpack_from
_protect = seam.protect
_unprotect = seam.unprotect
_monotonic_ns = time.monotonic_ns
SEND = Verdict.SEND
AUDIO, MEDIA, RTX, PROBE = (int(kind) for kind in PacketKind)


class Dataplane:
    """The packet path of one worker. Not re-entrant: it owns one buffer for each direction."""

    def __init__(self, mux: UdpMux, counters: Counters, latency: LatencyHistogram) -> None:
        self._mux = mux
        self._counters = counters
        self._latency = latency
        self._socket = mux.media_socket.socket
        self._in = mux.buffer
        self._in_view = memoryview(self._in)
        self._in_pointer = seam.pin(self._in)
        self._out = bytearray(BUFFER_BYTES)
        self._out_view = memoryview(self._out)
        self._out_pointer = seam.pin(self._out)
        self._cell = seam.length_cell()
        self._sound = RedundantSound(mux, counters)
        self.sources: dict[int, Peer] = {}  # inbound SSRC -> who sends it; of two with the same one the later

    def on_stray(self, length: int, now: float) -> Peer | None:
        """RTP or RTCP from an unknown address; see `MediaSink`. Proof is decryption, never the SSRC alone."""
        data = self._in
        is_rtcp = 192 <= data[1] <= 223
        peer = self.sources.get(_unpack_ssrc(data, 4 if is_rtcp else 8)[0])
        if peer is None or peer.receive is None or length < MIN_SRTP_BYTES:
            return None
        heard = max(peer.media_at_us * 1e-6, peer.path.checked_at if peer.path is not None else 0.0)
        if now - heard < ADOPT_QUIET:  # the known path is alive: whoever sends this repeats what was overheard
            return None
        self._cell[0] = length
        operation = seam.unprotect_rtcp if is_rtcp else _unprotect
        return None if operation(peer.receive, self._in_pointer, self._cell) else peer

    def on_media(self, path: Path, length: int, arrival_us: int) -> None:
        """One datagram of SRTP or SRTCP lies in the mux's buffer; see `MediaSink`."""
        counters = self._counters
        data = self._in
        peer: Peer = path.owner  # type: ignore[assignment]
        receive = peer.receive
        if receive is None:  # media before the handshake is over: nothing can be read
            counters.drop_no_keys += 1
            return
        if arrival_us < peer.deaf_until_us:  # a flood would cost everybody else their place
            counters.drop_flood += 1
            return
        second = data[1]
        if 192 <= second <= 223:  # RFC 5761 section 4
            self._on_rtcp(peer, path, length, arrival_us)
            return
        if length < MIN_SRTP_BYTES:
            counters.drop_rtp_malformed += 1
            return
        # The SSRC is readable before authentication. Refuse the 33rd before libsrtp keeps state for it.
        ssrc = _unpack_ssrc(data, 8)[0]
        stream = peer.streams.get(ssrc)
        if stream is None and not peer.may_admit(ssrc):
            counters.drop_ssrc_limit += 1
            return
        cell = self._cell
        cell[0] = length
        status = _unprotect(receive, self._in_pointer, cell)
        if status:
            self._count_failure(status)
            return
        packet = bytes(self._in_view[: cell[0]])  # the one copy: history and recorders share it
        peer.came += 1  # what somebody else sends in this peer's name does not count
        if peer.came > MAX_DATAGRAMS_PER_SECOND:
            peer.on_many(arrival_us)
        peer.media_at_us = arrival_us
        if path is not peer.path:  # the client moved to another address
            peer.on_media_path(path)
        try:
            marker, payload_type, sequence, timestamp, _ssrc, offset, padding = parse_header(packet)
        except MalformedPacket:
            counters.drop_rtp_malformed += 1
            return
        if stream is None:  # first packet of a source: announced SSRC, MID or payload type tells its line
            stream = peer.latch(ssrc, payload_type, packet)
            if stream is None:
                counters.drop_line_unknown += 1
                return
        # Feedback for congestion control counts every packet, resends and padding included.
        layout = stream.layout
        if layout is not None:
            wide, level = layout.read(packet, offset)
            if wide >= 0:
                peer.twcc.record(wide, arrival_us)
            if level >= 0:
                peer.on_level(stream, level, arrival_us)
        now = arrival_us * 1e-6
        recovered = stream.is_rtx
        if recovered:  # RFC 4588: put the original back together and go on with that
            counters.in_rtx += 1
            original = stream.published.stream
            if original is None:
                counters.drop_line_unknown += 1
                return
            try:
                restored = restore_original(packet, offset, padding, original.ssrc, original.payload_type)
                if restored is None:  # a bandwidth probe
                    counters.padding_ended += 1
                    return
                packet = restored
                marker, payload_type, sequence, timestamp, _ssrc, offset, padding = parse_header(packet)
            except MalformedPacket:
                counters.drop_rtp_malformed += 1
                return
            stream = original
        else:
            counters.in_rtp += 1
            if payload_type != stream.payload_type:
                redundancy = stream.redundancy
                if redundancy is None or payload_type != redundancy.payload_type:  # comfort noise, a codec nobody negotiated
                    counters.drop_line_unknown += 1
                    return
                try:  # RFC 2198: what went lost before it is forwarded first
                    packet = self._sound.unwrap(stream, redundancy, packet, arrival_us)
                    marker, payload_type, sequence, timestamp, _ssrc, offset, padding = parse_header(packet)
                except MalformedPacket:
                    counters.drop_rtp_malformed += 1
                    return
        # Sequence bookkeeping. SRTP refuses repeats of a datagram; a resend may still bring what came by itself.
        highest = stream.highest
        step = ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
        ext = highest + step if highest >= 0 else sequence + SEQUENCE_CYCLE
        if ext > highest:
            if step > MAX_JUMP and highest >= 0:
                stream.on_jump(ext)
            if arrival_us - stream.last_us > MAX_SILENCE_US:
                stream.on_resumed(packet, ext, now)
            stream.highest = ext
            fresh = timestamp != stream.last_timestamp  # the first packet of a frame, as far as is known
            stream.frames += fresh
            stream.last_timestamp = timestamp
            stream.last_us = arrival_us
        elif ext <= highest - stream.ring.capacity:
            counters.drop_late += 1
            return
        elif stream.ring.get(ext, 0.0) is not None:
            counters.drop_duplicate += 1
            if stream.redundancy is not None and stream.redundancy.came_late(ext):  # its frame had come with another
                stream.stats.on_packet(ext, timestamp, now, len(packet))
            return
        else:
            fresh = False
            recovered = recovered or stream.nack.was_asked(ext)  # audio is resent under its own number
        if recovered and ext <= highest:
            stream.nack.on_recovered(ext)
        else:
            stream.stats.on_packet(ext, timestamp, now, len(packet))
            if step == 1 and highest >= 0:  # the usual case
                stream.nack.highest = ext
            else:
                stream.nack.on_packet(ext, now)
        stream.ring.store(ext, packet, now)
        end = len(packet) - padding
        if offset == end:  # padding ends here, and leaves no hole
            counters.padding_ended += 1
            stream.on_padding(ext)
            return
        begins = True  # may a decoder start at this packet?
        if stream.is_keyframe is not None:
            begins = stream.is_keyframe(packet, offset, end)
            if begins:
                stream.nack.on_keyframe(ext)
                stream.keyframes.on_keyframe(now)
        tap = stream.tap
        if tap is not None:  # recorded: one call that appends to a list
            try:
                tap(packet, arrival_us)
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with a recording, the call goes on
                counters.fail_tap += 1
                stream.lose_tap(fault)
        flows = stream.flows
        if not flows:
            return
        payload: bytes | bytearray = packet[offset:end]
        if stream.layers is not None:  # flows write their picture numbers into this copy; `place` sees to it
            payload = stream.layers.payload = bytearray(payload)
        cell = self._cell
        out, out_view, out_pointer = self._out, self._out_view, self._out_pointer
        sendto = self._socket.sendto
        sent_bytes = sent = packed_length = 0
        for flow in flows:
            if ext >= flow.first_in:  # the usual case: two additions
                number = ext + flow.offset
                out_timestamp = (timestamp + flow.timestamp_offset) & 0xFFFFFFFF
            else:  # the flow begins here, or the packet is late
                placed = flow.place(stream, ext, timestamp, begins)
                if placed is None:
                    continue
                number, out_timestamp = placed
            header_length = flow.header_length
            first, plain, marked, out_ssrc, extensions = flow.head
            control = flow.control
            if control is not None:  # the subscriber's congestion control: video may have to wait
                now_us = _monotonic_ns() // 1000
                if not flow.is_video:
                    if flow.repeats:  # of a voice somebody loses much of
                        self._sound.send(flow, stream, ext, number, out_timestamp, now)
                        continue
                elif control.in_charge:
                    size = header_length + len(payload)
                    verdict = control.offer(out_ssrc, size, now_us, fresh, begins)
                    if verdict is not SEND:
                        held = Held(flow, marked if marker else plain, number, out_timestamp, bytes(payload))
                        control.defer(verdict, held, size, fresh)
                        continue
            if header_length != packed_length:  # subscribers' headers differ only where their MIDs do
                pack, packed_length = packet_packer(header_length - 12, len(payload)), header_length
            pack(out, 0, first, marked if marker else plain, number & 0xFFFF, out_timestamp, out_ssrc, extensions, payload)
            if control is not None:
                stamp_number(out, WIDE_OFFSET, control.sequence)
            cell[0] = header_length + len(payload)
            if _protect(flow.transmit, out_pointer, cell):  # a repeat would end here
                counters.fail_protect += 1
                continue
            if control is not None and number > flow.departed:  # taken for good, even if the packet finds no room to leave
                flow.departed = number
            size = cell[0]
            if flow.copies is not None:  # audio: the same ciphertext answers a NACK
                flow.copies.store(number & 0xFFFF, bytes(out_view[:size]), now)
            try:
                if flow.ancillary is None:
                    sendto(out_view[:size], flow.address)
                elif flow.connection is None:
                    self._socket.sendmsg((out_view[:size],), flow.ancillary, 0, flow.address)
                elif not flow.connection.send(out_view[:size], flow.is_video):  # TCP: may queue, counts its own drops
                    continue
            except BlockingIOError:  # drop rule: the kernel's buffer is full, this copy is lost and NACK repairs it
                counters.send_blocked += 1
                continue
            except OSError:
                counters.fail_send += 1
                continue
            sent_bytes += size
            sent += 1
            if control is not None:  # only what has left takes a transport-wide number
                sequence = control.sequence
                control.sequence = (sequence + 1) & 0xFFFF
                flow.packets_departed += 1
                flow.octets_departed += end - offset
                if flow.is_video:
                    control.sent(sequence, size, now_us)
                else:
                    control.sent(sequence, size, now_us, AUDIO)
                    control.passed(size)
        stream.packets += 1
        stream.octets += end - offset
        counters.out_rtp += sent
        counters.out_bytes += sent_bytes
        if sent:  # the last copy's latency: the worst of this packet
            self._latency.add(_monotonic_ns() // 1000 - arrival_us)

    def resend(self, flow: EgressFlow, path: Path, sequence: int, now: float) -> int:
        """Answer one NACK from the history, as RTX under its own SSRC and numbers. Returns the bytes sent; 0: not possible or
        not now."""
        if flow.copies is not None:
            return self._repeat(flow, flow.copies, path, sequence, now)
        found = flow.find_sent(sequence, now)
        if found is None or flow.rtx is None or flow.transmit is None or not flow.may_resend(sequence, now):
            return 0
        packet, timestamp_offset = found
        marker, _type, _sequence, timestamp, _ssrc, offset, padding = parse_header(packet)
        payload = packet[offset : len(packet) - padding]
        cell = self._cell
        cell[0] = flow.rtx.write_rtx(
            self._out, payload, marker, flow.next_rtx_sequence(), (timestamp + timestamp_offset) & 0xFFFFFFFF, sequence
        )
        size = self._send_numbered(flow, path, RTX)
        if size:
            self._counters.out_rtx += 1
        return size

    def _repeat(self, flow: EgressFlow, copies: SentCopies, path: Path, sequence: int, now: float) -> int:  # noqa: PLR0913
        """Answer one NACK of audio: the datagram as it went out, bit by bit. Its transport-wide number has been accounted for."""
        datagram = copies.get(sequence, now)
        if datagram is None or not flow.may_resend(sequence, now) or not self._mux.send(datagram, path):
            return 0
        self._counters.out_repeated += 1
        if flow.control is not None:
            flow.control.passed(len(datagram))
        return len(datagram)

    def send_held(self, held: Held) -> None:
        """Send a packet that had to wait for its turn."""
        flow, payload = held.flow, held.payload
        path = flow.subscriber.path
        if flow.transmit is None or path is None:
            return
        first, _plain, _marked, ssrc, extensions = flow.head
        pack = packet_packer(flow.header_length - 12, len(payload))
        pack(self._out, 0, first, held.second_byte, held.number & 0xFFFF, held.timestamp, ssrc, extensions, payload)
        self._cell[0] = flow.header_length + len(payload)
        flow.departed = max(flow.departed, held.number)  # taken for good, even if the packet finds no room to leave
        if not self._send_numbered(flow, path, MEDIA):
            return
        self._counters.out_rtp += 1
        flow.packets_departed += 1
        flow.octets_departed += len(payload)

    def send_padding(self, flow: EgressFlow, padding: int) -> None:
        """Send a packet of `padding` bytes (1 to 255) on the flow's resend stream: it measures the path and means nothing."""
        path = flow.subscriber.path
        if flow.rtx is None or flow.transmit is None or path is None:
            return
        self._cell[0] = flow.rtx.write_padding(self._out, flow.next_rtx_sequence(), flow.last_timestamp, padding)
        if self._send_numbered(flow, path, PROBE):
            self._counters.out_padding += 1

    def _send_numbered(self, flow: EgressFlow, path: Path, kind: int) -> int:
        """Give the packet in the send buffer (its length in the cell) its transport-wide number, protect and send it. Returns the
        bytes sent; 0: it did not leave."""
        cell, control = self._cell, flow.control
        if control is not None:
            stamp_number(self._out, WIDE_OFFSET, control.sequence)
        if _protect(flow.transmit, self._out_pointer, cell):
            self._counters.fail_protect += 1
            return 0
        size = int(cell[0])
        if not self._mux.send(self._out_view[:size], path):
            return 0
        if control is not None:
            control.sent(control.sequence, size, _monotonic_ns() // 1000, kind)
            control.sequence = (control.sequence + 1) & 0xFFFF
            if kind != MEDIA:  # video waited for its turn, everything else takes it
                control.passed(size)
        return size

    def send_rtcp(self, peer: Peer, data: bytes) -> None:
        """Protect and send one RTCP datagram to a peer. Without keys or a path it is dropped: the next report follows."""
        path = peer.path
        if peer.transmit is None or path is None or len(data) > BUFFER_BYTES - seam.SRTP_OVERHEAD:
            return
        self._out[: len(data)] = data
        cell = self._cell
        cell[0] = len(data)
        if seam.protect_rtcp(peer.transmit, self._out_pointer, cell):
            self._counters.fail_protect += 1
        elif self._mux.send(self._out_view[: cell[0]], path):
            self._counters.out_rtcp += 1

    def _on_rtcp(self, peer: Peer, path: Path, length: int, arrival_us: int) -> None:
        """Decrypt one RTCP datagram and hand its records to the peer."""
        counters = self._counters
        sender = _unpack_ssrc(self._in, 4)[0]
        if length < MIN_SRTCP_BYTES:
            counters.drop_rtcp_malformed += 1
            return
        if sender not in peer.streams and not peer.may_admit(sender):
            counters.drop_ssrc_limit += 1
            return
        cell = self._cell
        cell[0] = length
        status = seam.unprotect_rtcp(peer.receive, self._in_pointer, cell)
        if status:
            self._count_failure(status)
            return
        counters.in_rtcp += 1
        peer.admit(sender)
        peer.came += 1
        if peer.came > MAX_DATAGRAMS_PER_SECOND:
            peer.on_many(arrival_us)
        peer.media_at_us = arrival_us
        if path is not peer.path:
            peer.on_media_path(path)
        try:
            records = parse_compound(self._in_view[: cell[0]])
        except MalformedPacket:
            counters.drop_rtcp_malformed += 1
            return
        peer.on_rtcp(records, arrival_us * 1e-6)

    def _count_failure(self, status: int) -> None:
        """Count a datagram that SRTP would not accept, by reason."""
        counters = self._counters
        if status == seam.STATUS_AUTH:
            counters.drop_srtp_auth += 1
        elif status in (seam.STATUS_REPLAY, seam.STATUS_REPLAY_OLD):
            counters.drop_srtp_replay += 1
        else:
            counters.drop_srtp_other += 1
