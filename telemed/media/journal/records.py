"""Records of a journal, and how those of a chunk lie in it: column by column, so that writing a packet costs next to nothing.

    u32 count | count x (u8 kind, u8 lane) | count x u32 length of the body | count x u64 time | the bodies      (all big-endian)

A time is of the worker's monotonic clock, in microseconds: of arrival for PACKET and REPORT, of what happened for the others.
Kind and lane are one number, so that a packet's is its lane alone.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from telemed.media.control import Source
from telemed.media.journal.ports import NO_DETAILS, JournalCodec, JournalHead

_COUNT = struct.Struct("!I")
_REPORT = struct.Struct("!IQI")
_CLOCK = struct.Struct("!Q")
_COLUMNS = (("H", 2), ("I", 4), ("Q", 8))  # kind and lane, length, time: array's letter and bytes
COUNT_BYTES = _COUNT.size
RECORD_BYTES = sum(size for _letter, size in _COLUMNS)  # of each record beside its body
KIND_SHIFT = 8  # bits of the lane below the kind
MAX_JSON_BYTES = 16 * 1024  # of a head or an event; ours have a few hundred


class RecordKind(IntEnum):
    """What the body holds. PACKET must stay 0: see above."""

    PACKET = 0  # RTP, decrypted; resends and redundant copies in their first form
    REPORT = 1  # u32 SSRC, u64 NTP, u32 RTP
    EVENT = 2  # JSON object, "what" and details
    CLOCK = 3  # u64 UTC in microseconds, of the same moment as the record's time
    HEAD = 4  # JSON object: JournalHead
    END = 5  # empty: the journal was closed, nothing is missing behind


_LANED = frozenset({RecordKind.PACKET, RecordKind.REPORT})


class RecordError(ValueError):
    """A record is not one of ours, or not whole."""


class PacketRecord(NamedTuple):
    """An RTP packet and when it came."""

    at_us: int
    lane: int
    data: bytes


class ReportRecord(NamedTuple):
    """What a sender report said: `rtp` of `ssrc` was at `ntp` (64 bits)."""

    at_us: int
    lane: int
    ssrc: int
    ntp: int
    rtp: int


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What happened to the track."""

    at_us: int
    what: str
    details: Mapping[str, Any]


class ClockRecord(NamedTuple):
    """The same moment on both clocks."""

    at_us: int
    utc_us: int


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """What the journal is about; the first record of each."""

    at_us: int
    head: JournalHead


class EndRecord(NamedTuple):
    """The journal was closed."""

    at_us: int


Record: TypeAlias = PacketRecord | ReportRecord | EventRecord | ClockRecord | HeadRecord | EndRecord


def kind_number(kind: RecordKind, lane: int = 0) -> int:
    """Kind and lane as they are written."""
    return kind << KIND_SHIFT | lane


class ChunkRecords:
    """Records that gather for one chunk."""

    __slots__ = ("_bodies", "_kinds", "_lengths", "_times", "size")

    def __init__(self) -> None:
        self.size = COUNT_BYTES  # when encoded
        self._kinds, self._lengths, self._times = (array(letter) for letter, _size in _COLUMNS)
        self._bodies: list[bytes] = []

    def __len__(self) -> int:
        return len(self._bodies)

    def add(self, kind: RecordKind, at_us: int, body: bytes = b"", lane: int = 0) -> None:
        """Add one record. Raises OverflowError for a time or lane out of range."""
        self.extend([body], [at_us], [kind_number(kind, lane)])

    def extend(self, bodies: list[bytes], times: Sequence[int], kinds: Sequence[int]) -> None:
        """Add records at once, each with its time and its `kind_number`. Raises OverflowError, TypeError; then none was added."""
        lengths, stamps, numbers = array("I", map(len, bodies)), array("Q", times), array("H", kinds)
        self._kinds += numbers
        self._lengths += lengths
        self._times += stamps
        self._bodies += bodies
        self.size += sum(lengths) + len(bodies) * RECORD_BYTES

    def packets(self) -> int:
        """How many of them are packets."""
        if not self._kinds or max(self._kinds) <= 0xFF:
            return len(self._kinds)
        return sum(number <= 0xFF for number in self._kinds)

    def encode(self) -> bytes:
        """As they lie in a chunk. They may not be added to afterwards."""
        columns = (self._kinds, self._lengths, self._times)
        if sys.byteorder == "little":
            for column in columns:
                column.byteswap()
        return b"".join((_COUNT.pack(len(self._bodies)), *(column.tobytes() for column in columns), *self._bodies))


def report_body(ssrc: int, ntp: int, rtp: int) -> bytes:
    """Body of a REPORT."""
    return _REPORT.pack(ssrc, ntp, rtp)


def clock_body(utc_us: int) -> bytes:
    """Body of a CLOCK."""
    return _CLOCK.pack(utc_us)


def event_body(what: str, details: Mapping[str, object] = NO_DETAILS) -> bytes:
    """Body of an EVENT. Raises TypeError for details that are no JSON, ValueError when they are too long."""
    return _json({**details, "what": what})


def head_body(head: JournalHead) -> bytes:
    """Body of the HEAD. Raises ValueError when it is too long."""
    codec = head.codec
    return _json(
        {
            "track_id": head.track_id,
            "participant_id": head.participant_id,
            "source": head.source.value,
            "codec": {
                "name": codec.name,
                "payload_type": codec.payload_type,
                "clock_rate": codec.clock_rate,
                "channels": codec.channels,
                "parameters": codec.parameters,
            },
            "rids": list(head.rids),
            "utc_us": head.utc_us,
            "monotonic_us": head.monotonic_us,
        }
    )


def decode_records(plain: bytes) -> Iterator[Record]:
    """The records of a chunk, in order. Raises RecordError at the first that is wrong; those before it have been yielded."""
    kinds, lengths, times, at = _columns(plain)
    for number, length, at_us in zip(kinds, lengths, times, strict=True):
        yield _decode(number, at_us, plain[at : at + length])
        at += length


def _columns(plain: bytes) -> tuple[Iterable[int], Iterable[int], Iterable[int], int]:
    """The three columns, and where the bodies begin. Raises RecordError when they and the bodies are not all of it."""
    if len(plain) < COUNT_BYTES:
        raise RecordError("no count")
    (count,) = _COUNT.unpack_from(plain)
    at, columns = COUNT_BYTES, []
    if count * RECORD_BYTES > len(plain) - COUNT_BYTES:
        raise RecordError("more records than bytes")
    for letter, size in _COLUMNS:
        column = array(letter, plain[at : at + count * size])
        if sys.byteorder == "little":
            column.byteswap()
        columns.append(column)
        at += count * size
    kinds, lengths, times = columns
    if at + sum(lengths) != len(plain):
        raise RecordError("bodies that are longer or shorter than they say")
    return kinds, lengths, times, at


def _decode(number: int, at_us: int, body: bytes) -> Record:
    if number <= 0xFF:
        return PacketRecord(at_us, number, body)
    try:
        kind = RecordKind(number >> KIND_SHIFT)
    except ValueError as error:
        raise RecordError("a record of an unknown kind") from error
    lane = number & 0xFF
    if lane and kind not in _LANED:
        raise RecordError("a lane where there is none")
    if kind is RecordKind.REPORT:
        ssrc, ntp, rtp = _unpack(_REPORT, body)
        return ReportRecord(at_us, lane, ssrc, ntp, rtp)
    return _decode_rare(kind, at_us, body)


def _decode_rare(kind: RecordKind, at_us: int, body: bytes) -> Record:
    if kind is RecordKind.CLOCK:
        return ClockRecord(at_us, _unpack(_CLOCK, body)[0])
    if kind is RecordKind.END:
        if body:
            raise RecordError("an end with a body")
        return EndRecord(at_us)
    values = _object(body)
    if kind is RecordKind.HEAD:
        return HeadRecord(at_us, _head(values))
    what = values.pop("what", None)
    if not isinstance(what, str):
        raise RecordError("an event that does not say what")
    return EventRecord(at_us, what, values)


def _unpack(form: struct.Struct, body: bytes) -> tuple[int, ...]:
    if len(body) != form.size:
        raise RecordError("a record of the wrong length")
    return form.unpack(body)


def _json(values: Mapping[str, object]) -> bytes:
    body = json.dumps(values, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    if len(body) > MAX_JSON_BYTES:
        raise ValueError("too much for one record")
    return body


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_JSON_BYTES:
        raise RecordError("too much for one record")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RecordError("a record that is no JSON") from error
    if not isinstance(values, dict):
        raise RecordError("a record that is no JSON object")
    return values


def _head(values: dict[str, Any]) -> JournalHead:
    codec = _field(values, "codec", dict)
    rids = _field(values, "rids", list)
    try:
        source = Source(_field(values, "source", str))
    except ValueError as error:
        raise RecordError("a source we do not know") from error
    if not all(isinstance(rid, str) for rid in rids):
        raise RecordError("a name of a layer that is no text")
    return JournalHead(
        track_id=_field(values, "track_id", str),
        participant_id=_field(values, "participant_id", str),
        source=source,
        codec=JournalCodec(
            name=_field(codec, "name", str),
            payload_type=_field(codec, "payload_type", int),
            clock_rate=_field(codec, "clock_rate", int),
            channels=_field(codec, "channels", int),
            parameters=_field(codec, "parameters", str),
        ),
        rids=tuple(rids),
        utc_us=_field(values, "utc_us", int),
        monotonic_us=_field(values, "monotonic_us", int),
    )


def _field(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values.get(name)
    if type(value) is not kind:  # a bool is no int here
        raise RecordError(f"{name} is missing or of the wrong kind")
    return value
