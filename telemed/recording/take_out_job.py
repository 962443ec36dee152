"""What the finaliser is told when somebody's part of a finished recording is to be destroyed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from telemed.errors import InvalidInput
from telemed.media.manifest_history import Wish
from telemed.recording.job import KEY_BYTES, MAX_JOB_BYTES, FinaliseJob, decode_job

WORK = "take_out"  # tells this job from one that finishes a recording


@dataclass(frozen=True, slots=True)
class TakeOutJob:
    """`key`: the data key in use; `next_key`: the one everything that stays is sealed with. `consent`: the manifest's, as it
    stands now. `at`: time of the new manifest, ISO 8601."""

    recording_id: str
    directory: Path  # of the recording
    key: bytes = field(repr=False)
    next_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)  # Ed25519 seed
    wishes: tuple[Wish, ...]
    consent: tuple[Mapping[str, Any], ...]
    at: str

    def encode(self) -> bytes:
        """As the finaliser reads it."""
        table = {
            "work": WORK,
            "recording_id": self.recording_id,
            "directory": str(self.directory),
            "key": base64.b64encode(self.key).decode(),
            "next_key": base64.b64encode(self.next_key).decode(),
            "signing_key": base64.b64encode(self.signing_key).decode(),
            "wishes": [asdict(wish) for wish in self.wishes],
            "consent": self.consent,
            "at": self.at,
        }
        return json.dumps(table).encode()


def decode_work(raw: bytes) -> FinaliseJob | TakeOutJob:
    """Read a job of either kind. Raises InvalidInput."""
    if len(raw) > MAX_JOB_BYTES:
        raise InvalidInput("The job is too large.")
    try:
        table = json.loads(raw)
        return _take_out(table) if table.get("work") == WORK else decode_job(raw)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("The job cannot be read.") from error


def _take_out(table: Mapping[str, Any]) -> TakeOutJob:
    job = TakeOutJob(
        recording_id=str(table["recording_id"]),
        directory=Path(table["directory"]),
        key=base64.b64decode(table["key"], validate=True),
        next_key=base64.b64decode(table["next_key"], validate=True),
        signing_key=base64.b64decode(table["signing_key"], validate=True),
        wishes=tuple(Wish(str(wish["participant_id"]), str(wish["asked_at"])) for wish in table["wishes"]),
        consent=tuple(dict(entry) for entry in table["consent"]),
        at=str(table["at"]),
    )
    lengths = {len(job.key), len(job.next_key), len(job.signing_key)}
    if lengths != {KEY_BYTES} or not job.directory.is_absolute() or not job.wishes:
        raise InvalidInput("The job cannot be read.")
    return job
