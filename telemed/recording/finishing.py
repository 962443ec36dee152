"""From journals to a finished recording: segments, manifest, signature. May be broken off anywhere and called again."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from telemed.files import PRIVATE_DIRECTORY, sync_directory, write_private
from telemed.media import manifest
from telemed.media.control import Source
from telemed.media.frames.gaps import EVENTS, GapLog
from telemed.media.manifest import Gap, Manifest, Segment
from telemed.recording import places, signature
from telemed.recording.group_writer import GroupWriter, Target
from telemed.recording.job import FinaliseJob, FinaliseResult, JournalFault
from telemed.recording.journal_reader import RecordedJournals, read_journals
from telemed.recording.spare_room import FINISHING_BYTES, has_room
from telemed.recording.streams import Permission, Placed, Spans, group_frames
from telemed.recording.survey import SurveyedPerson, SurveyedStretch, survey

GROUPS = ("main", "screen")


@dataclass(frozen=True, slots=True)
class Written:
    """What came of the journals."""

    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    faults: tuple[JournalFault, ...]


def finish(job: FinaliseJob) -> FinaliseResult:
    """Finish a recording, or say what came of it when it is finished already. Raises OSError, InvalidInput, av.FFmpegError."""
    root = job.directory
    done = finished(job)
    if done is not None:
        return result_of(done, ())
    part, final = root / places.SEGMENTS_PART, root / places.SEGMENTS
    _clear(root)
    _check_room(root)
    part.mkdir(mode=PRIVATE_DIRECTORY)
    try:
        written = _write_segments(job, part)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)  # until the next try the room is for what is being recorded
        raise
    made = manifest.build(_facts(job), written.segments, written.gaps)
    part.rename(final)
    sync_directory(root)
    write_private(root / places.SIGNATURE, signature.sign(made.raw, job.signing_key).encode())
    sync_directory(root)
    write_private(root / places.MANIFEST, made.raw)
    sync_directory(root)
    return result_of(made, written.faults)


def finished(job: FinaliseJob) -> Manifest | None:
    """The manifest of a recording that is finished; None: it is not, or not as it is wanted now. Raises InvalidInput, OSError.

    Who may be in it can change while nobody has seen it yet; as long as the journals are there, it is made anew then.
    """
    path = job.directory / places.MANIFEST
    if not path.exists():
        return None
    made = manifest.decode(path.read_bytes())
    same = {**_facts(job), "version": manifest.VERSION, "finalised_at": None} == {**made.facts, "finalised_at": None}
    return made if same or not places.journal_path(job.directory).exists() else None


def result_of(made: Manifest, faults: tuple[JournalFault, ...]) -> FinaliseResult:
    """The answer to a job."""
    segments = [entry.segment for entry in made.segments]
    return FinaliseResult(
        manifest_sha256=made.digest,
        chain_head=made.chain_head,
        segments=len(segments),
        octets=sum(segment.bytes for segment in segments),
        sealed_octets=sum(segment.sealed_bytes for segment in segments),
        duration_us=max((segment.end_us for segment in segments), default=0),
        gaps=len(made.gaps),
        faults=faults,
    )


def _facts(job: FinaliseJob) -> dict[str, object]:
    people = [{"id": person.id, "role": person.role} for person in job.people]
    said = {**job.facts, "recording_id": job.recording_id, "participants": people, "silent": job.silent}
    return dict(json.loads(manifest.canonical(said)))  # as it will be read back


def _clear(root: Path) -> None:
    """Remove what an interrupted run left, or what is made anew. The manifest goes first: without it nothing is finished."""
    for name in (places.MANIFEST, places.SIGNATURE):
        (root / name).unlink(missing_ok=True)
    sync_directory(root)
    for directory in (root / places.SEGMENTS_PART, root / places.SEGMENTS):
        if directory.exists():
            shutil.rmtree(directory)
    for temporary in root.glob(f".{places.MANIFEST.partition('.')[0]}.*"):
        temporary.unlink()


def _check_room(root: Path) -> None:
    """Raise OSError ENOSPC, before anything is written, where the files would take the room that running recordings need. Files
    are no larger than their journals."""
    journal = places.journal_path(root)
    wanted = sum(path.stat().st_size for path in journal.iterdir()) if journal.is_dir() else 0
    if not has_room(root, wanted + FINISHING_BYTES):
        raise OSError(errno.ENOSPC, "there is no room to finish it")


def _write_segments(job: FinaliseJob, directory: Path) -> Written:
    journals = read_journals(job.directory, job.recording_id, job.key)
    surveyed = survey(journals, [person.id for person in job.people], job.started_utc_us)
    segments: list[Segment] = []
    gaps: list[Gap] = []
    faults = list(_unreadable(journals))
    silent = Spans(job.silent)
    end_us = max((stretch.last_us for kept in surveyed.values() for stretch in kept.stretches), default=0)
    for person in job.people:
        kept = surveyed.get(person.id)
        if kept is None:
            continue
        faults += _faults(person.id, kept)
        for group in GROUPS:
            target = Target(directory, job.key, job.recording_id, person.id, group)
            more, holes = _write_group(target, kept, Permission(Spans(person.spans), silent), end_us)
            segments += more
            gaps += holes
    segments.sort(key=lambda segment: (segment.start_us, segment.participant_id, segment.group))
    gaps.sort(key=lambda gap: (gap.from_us, gap.participant_id, gap.source))
    return Written(tuple(segments), tuple(gaps), tuple(faults))


def _write_group(target: Target, person: SurveyedPerson, permission: Permission, end_us: int) -> tuple[list[Segment], list[Gap]]:
    sources = person.of_group(target.group)
    logs = {source: _gap_log(target, source, kept, permission) for source, kept in sources.items()}
    has_sound = any(stretch.is_sound for kept in sources.values() for stretch in kept)
    writer = GroupWriter(target, has_sound)
    try:
        _put_all(writer, logs, group_frames(sources, person.timeline, permission))
        writer.finish()
    finally:
        writer.abandon()
    for source, kept in sources.items():
        ending = kept[-1].stretch.ending
        if ending is not None and not ending.harmless:
            logs[source].broken_off(end_us, "damaged")
    return writer.segments, [gap for log in logs.values() for gap in log.gaps]


def _put_all(writer: GroupWriter, logs: dict[Source, GapLog], frames: Iterable[Placed]) -> None:
    for placed in frames:
        if writer.put(placed) and placed.frame is not None:
            logs[placed.source].frame(placed.frame, placed.journal, placed.span)


def _gap_log(target: Target, source: Source, stretches: list[SurveyedStretch], permission: Permission) -> GapLog:
    is_sound = any(stretch.is_sound for stretch in stretches)
    events = sorted(event for stretch in stretches for event in stretch.events if event[1] in EVENTS)
    return GapLog(target.participant_id, source.value, events, permission.silent.all if is_sound else ())


def _faults(participant_id: str, person: SurveyedPerson) -> Iterable[JournalFault]:
    """Journals with damage that no crash explains."""
    for stretch in person.stretches:
        ending, source = stretch.stretch.ending, stretch.stretch.head.source
        if ending is not None and not ending.harmless:
            yield JournalFault(participant_id, source.value, ending.kind.value, ending.index, ending.offset)


def _unreadable(journals: RecordedJournals) -> Iterable[JournalFault]:
    for journal in journals.unreadable:
        if not journal.ending.harmless:
            yield JournalFault("", "", journal.ending.kind.value, journal.ending.index, journal.ending.offset)
