"""Journals of a call that never was: packets and reports as the worker would have kept them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from telemed.media.control import Source
from telemed.media.journal.chunks import MAX_CHUNK_BYTES, JournalHeader, seal_chunk
from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.media.journal.records import (
    RECORD_BYTES,
    ChunkRecords,
    RecordKind,
    clock_body,
    event_body,
    head_body,
    report_body,
)
from telemed.recording.ciphers import journal_cipher
from telemed.recording.journal_file import DIRECTORY
from tests.adapters.recording.packetised import RATES, Sender, SenderClock, Sent

UTC_US = 1_800_000_000_000_000  # of monotonic 0: what the calendar says at true time 0
RECORDING = "rec_synthetic"
KEY = hashlib.sha256(b"a data key of tests").digest()
DELAY_US = 20_000  # from capture to arrival at least


@dataclass
class Written:
    """The records of one journal, in the order of their times."""

    participant_id: str
    source: Source
    codec: str
    begin_us: int = 0
    track_id: str = ""
    rids: tuple[str, ...] = ()
    utc_us: int = UTC_US  # at monotonic 0
    chunk_bytes: int = MAX_CHUNK_BYTES
    records: list[tuple[RecordKind, int, bytes, int]] = field(default_factory=list)

    def packets(self, sent: Iterable[Sent], lane: int = 0, delay_us: int = DELAY_US) -> Written:
        """Keep packets that came `delay_us` after their capture."""
        for packet in sent:
            at = packet.at_us + delay_us
            self.records.append((RecordKind.PACKET, at, packet.data, lane))
        return self

    def reports(
        self, sender: Sender, clock: SenderClock, times: Iterable[int], lane: int = 0, delay_us: int = DELAY_US
    ) -> Written:
        """Keep sender reports made at true `times`."""
        for at in times:
            body = report_body(sender.ssrc, clock.ntp(at), sender.timestamp(at))
            self.records.append((RecordKind.REPORT, at + delay_us, body, lane))
        return self

    def event(self, what: str, at_us: int) -> Written:
        self.records.append((RecordKind.EVENT, at_us, event_body(what), 0))
        return self

    def write(self, directory: Path, closed: bool = True, recording_id: str = RECORDING, key: bytes = KEY) -> Path:
        """Write the journal below the recording's directory."""
        return self.write_all(directory, sorted(self.records, key=lambda record: record[1]), closed, recording_id, key)

    def write_all(
        self,
        directory: Path,
        records: Iterable[tuple[RecordKind, int, bytes, int]],
        closed: bool = True,
        recording_id: str = RECORDING,
        key: bytes = KEY,
    ) -> Path:
        """Write records in the order of their times, without holding them."""
        about = JournalHead(
            self.track_id or f"trk_{self.participant_id}_{self.source.value}",
            self.participant_id,
            self.source,
            JournalCodec(self.codec, 96, RATES.get(self.codec, 90_000), 2 if self.codec == "opus" else 1),
            self.rids,
            self.utc_us + self.begin_us,
            self.begin_us,
        )
        named = f"{about.track_id} {self.begin_us} {self.utc_us} {self.codec}"
        journal_id = hashlib.sha256(named.encode()).digest()[:16]
        start = JournalHeader(journal_id, recording_id).encode()
        cipher = journal_cipher(key, journal_id)
        (directory / DIRECTORY).mkdir(mode=0o700, exist_ok=True)
        path = directory / DIRECTORY / f"{journal_id.hex()}.tj"
        with path.open("wb") as file:
            file.write(start)
            chunk, index = ChunkRecords(), 0
            chunk.add(RecordKind.HEAD, self.begin_us, head_body(about))
            last = self.begin_us
            for kind, at, body, lane in records:
                last = at
                if chunk.size + RECORD_BYTES + len(body) > self.chunk_bytes - 64:
                    file.writelines(seal_chunk(cipher, start, index, chunk.encode()))
                    chunk, index = ChunkRecords(), index + 1
                    chunk.add(RecordKind.CLOCK, at, clock_body(self.utc_us + at))
                chunk.add(kind, at, body, lane)
            if closed:
                chunk.add(RecordKind.END, last)
            file.writelines(seal_chunk(cipher, start, index, chunk.encode()))
        return path
