"""What the finaliser is told on its standard input, and what it answers on its standard output: one JSON object each."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from telemed.errors import InvalidInput

MAX_JOB_BYTES = 16 * 1024 * 1024  # consent events of a whole day; ours have a few thousand bytes
KEY_BYTES = 32

Span = tuple[int, int | None]  # microseconds on the recording's clock; None: to the end


@dataclass(frozen=True, slots=True)
class RecordedPerson:
    """A participant who may be in the recording, and when. Who is not named is left out altogether."""

    id: str
    role: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class FinaliseJob:
    """One recording to be finished. `facts` go into the manifest as they are: session_id, kind, basis, started_at, ended_at,
    finalised_at, consent. `silent`: times of which no sound of anybody may be in it. No names anywhere."""

    recording_id: str
    directory: Path  # of the recording
    key: bytes = field(repr=False)  # data key
    signing_key: bytes = field(repr=False)  # Ed25519 seed
    started_utc_us: int  # the zero of its clock
    people: tuple[RecordedPerson, ...]
    facts: Mapping[str, Any]
    silent: tuple[Span, ...] = ()

    def encode(self) -> bytes:
        """As the finaliser reads it."""
        table = {
            "recording_id": self.recording_id,
            "directory": str(self.directory),
            "key": base64.b64encode(self.key).decode(),
            "signing_key": base64.b64encode(self.signing_key).decode(),
            "started_utc_us": self.started_utc_us,
            "people": [asdict(person) for person in self.people],
            "facts": dict(self.facts),
            "silent": self.silent,
        }
        return json.dumps(table).encode()


def decode_job(raw: bytes) -> FinaliseJob:
    """Read a job. Raises InvalidInput."""
    if len(raw) > MAX_JOB_BYTES:
        raise InvalidInput("The job is too large.")
    try:
        table = json.loads(raw)
        job = FinaliseJob(
            recording_id=str(table["recording_id"]),
            directory=Path(table["directory"]),
            key=base64.b64decode(table["key"], validate=True),
            signing_key=base64.b64decode(table["signing_key"], validate=True),
            started_utc_us=int(table["started_utc_us"]),
            people=tuple(_person(entry) for entry in table["people"]),
            facts=dict(table["facts"]),
            silent=_spans(table["silent"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("The job cannot be read.") from error
    if len(job.key) != KEY_BYTES or len(job.signing_key) != KEY_BYTES or not job.directory.is_absolute():
        raise InvalidInput("The job cannot be read.")
    return job


def _person(entry: Mapping[str, Any]) -> RecordedPerson:
    return RecordedPerson(str(entry["id"]), str(entry["role"]), _spans(entry["spans"]))


def _spans(entries: Any) -> tuple[Span, ...]:
    return tuple((int(begin), None if end is None else int(end)) for begin, end in entries)


@dataclass(frozen=True, slots=True)
class JournalFault:
    """A journal that could not be read to its end, though no crash explains it. What stood before is in the recording."""

    participant_id: str
    source: str
    kind: str  # damaged, foreign
    chunk: int
    offset: int  # bytes


@dataclass(frozen=True, slots=True)
class FinaliseResult:
    """What became of a recording."""

    manifest_sha256: str
    chain_head: str
    segments: int
    octets: int  # in clear
    sealed_octets: int
    duration_us: int
    gaps: int
    faults: tuple[JournalFault, ...] = ()
    cpu_seconds: float = 0.0
    peak_bytes: int = 0  # resident memory at most

    def encode(self) -> bytes:
        """As it is answered."""
        return json.dumps({"result": asdict(self)}).encode()


class FinaliseFailed(Exception):
    """The recording is not finished. `code`: disk_full, read_only, key, input, busy, killed, late or failed. The journal is as it
    was: trying again is right."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def decode_result(raw: bytes) -> FinaliseResult:
    """Read an answer. Raises FinaliseFailed with what it says went wrong, or `failed` for anything else."""
    try:
        table = json.loads(raw)
        if "fault" in table:
            raise FinaliseFailed(str(table["fault"]))
        entry = table["result"]
        faults = tuple(JournalFault(**fault) for fault in entry.pop("faults"))
        return FinaliseResult(**entry, faults=faults)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FinaliseFailed("failed") from error
