"""Reading back what a worker kept of a recording: which tracks there are, and each one's records over all its journals.

A track has a journal for each worker life and each time its capture began anew; they follow each other. Nothing is held in memory
but one chunk of each journal that is being read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from telemed.media.control import Source
from telemed.media.journal.chunks import SUFFIX, ChunkCipher, JournalHeader
from telemed.media.journal.ports import JournalHead
from telemed.media.journal.reading import Ending, EndingKind, JournalWalk
from telemed.media.journal.records import HeadRecord, Record
from telemed.recording.ciphers import journal_cipher
from telemed.recording.journal_file import DIRECTORY

BUFFER_BYTES = 256 * 1024  # read at once: four chunks


@dataclass(slots=True)
class JournalStretch:
    """One journal. `ending` is known once its records were read to the end."""

    path: Path
    journal_id: str
    head: JournalHead
    data_key: bytes = field(repr=False)
    ending: Ending | None = None

    def records(self) -> Iterator[Record]:
        """All records that are whole, the head first, in the order in which they were kept. Raises OSError. Blocking."""
        with self.path.open("rb", buffering=BUFFER_BYTES) as file:
            walk = _walk(file, self.data_key)
            yield from walk
            self.ending = walk.ending


@dataclass(frozen=True, slots=True)
class JournalTrack:
    """All journals of one track, the oldest first."""

    track_id: str
    participant_id: str
    source: Source
    stretches: tuple[JournalStretch, ...]

    def records(self) -> Iterator[Record]:
        """The records of all its journals; each begins with its head. Raises OSError. Blocking."""
        for stretch in self.stretches:
            yield from stretch.records()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of which not even the head can be read. TORN: a worker died before the first chunk; nothing was in it."""

    path: Path
    ending: Ending


@dataclass(frozen=True, slots=True)
class RecordedJournals:
    """What lies in a recording's directory."""

    tracks: tuple[JournalTrack, ...]  # by participant and source, then by their beginning
    unreadable: tuple[Unreadable, ...]


def read_journals(directory: Path, recording_id: str, data_key: bytes) -> RecordedJournals:
    """Look through the journals of the recording in `directory`; none is not an error. Raises OSError. Blocking."""
    stretches: dict[tuple[str, str, Source], list[JournalStretch]] = {}
    unreadable = []
    for path in sorted((directory / DIRECTORY).glob(f"*{SUFFIX}")):
        found = _open(path, recording_id, data_key)
        if isinstance(found, Unreadable):
            unreadable.append(found)
        else:
            key = (found.head.participant_id, found.head.track_id, found.head.source)
            stretches.setdefault(key, []).append(found)
    tracks = [
        JournalTrack(track_id, participant_id, source, tuple(sorted(found, key=lambda stretch: stretch.head.utc_us)))
        for (participant_id, track_id, source), found in stretches.items()
    ]
    tracks.sort(key=lambda track: (track.participant_id, track.source.value, track.stretches[0].head.utc_us))
    return RecordedJournals(tuple(tracks), tuple(unreadable))


def _open(path: Path, recording_id: str, data_key: bytes) -> JournalStretch | Unreadable:
    with path.open("rb", buffering=BUFFER_BYTES) as file:
        walk = _walk(file, data_key)
        first = next(iter(walk), None)
    if walk.header is None or first is None:
        return Unreadable(path, walk.ending or Ending(EndingKind.TORN, 0, 0))
    if walk.header.recording_id != recording_id or not isinstance(first, HeadRecord):
        return Unreadable(path, Ending(EndingKind.FOREIGN, 0, 0))
    return JournalStretch(path, walk.header.journal_id.hex(), first.head, data_key)


def _walk(file: BinaryIO, data_key: bytes) -> JournalWalk:
    def cipher_for(header: JournalHeader) -> ChunkCipher:
        return journal_cipher(data_key, header.journal_id)

    return JournalWalk(file, cipher_for)
