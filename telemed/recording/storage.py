"""Where a recording that begins is written and under which key. Blocking: small files, called from threads.

A key is made once, before anything is written with it. Where a journal lies and no key opens it, none is made: what another key
wrote beside it could never be read together, and the missing one may come back from a copy. The directory is made before the key.
So a key without a directory says that the disk of the recordings is not there: nothing is begun in its place or taken for empty.
"""

from __future__ import annotations

import base64
import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telemed.care.recording.ports import Take
from telemed.care.recording.words import Basis, RecordingFault
from telemed.errors import ConfigError, TelemedError, Unavailable
from telemed.files import make_private_directory, sync_directory, touch_directory
from telemed.media.manifest import Manifest
from telemed.recording import taking_out
from telemed.recording.keys import SUFFIX, KeyMissing, KeyUnreadable, RecordingKeys
from telemed.recording.master_keys import MasterKeys
from telemed.recording.places import MANIFEST, journal_path

_FAULTS = {errno.ENOSPC: RecordingFault.DISK_FULL, errno.EDQUOT: RecordingFault.DISK_FULL, errno.EROFS: RecordingFault.READ_ONLY}


@dataclass(frozen=True, slots=True)
class RecordingStorage:
    """`directory`: of all recordings; `keys`, `emergency`: of their wrapped keys. `masters` reads the master keys anew."""

    directory: Path
    keys: Path
    emergency: Path
    masters: Callable[[], MasterKeys]

    def of(self, recording_id: str) -> Path:
        """The directory of one recording."""
        return self.directory / recording_id

    def fault(self, by_writing: bool = True) -> RecordingFault:
        """Why nothing could be written now; NONE: it could, as far as one sees without writing where not `by_writing`."""
        try:
            self.masters()
            make_private_directory(self.directory)
            if by_writing:
                touch_directory(self.directory)
        except ConfigError:
            return RecordingFault.KEY_MISSING
        except OSError as error:
            return fault_of(error)
        return RecordingFault.NONE if os.access(self.directory, os.W_OK | os.X_OK) else RecordingFault.READ_ONLY

    def prepare(self, recording_id: str, basis: Basis) -> Take:
        """Make directory and key, or find them. Raises Unavailable, its code `recording_` and a RecordingFault."""
        try:
            if self.is_away(recording_id):
                raise unavailable(RecordingFault.READ_ONLY)
            directory = make_private_directory(self.of(recording_id))
            sync_directory(self.directory)  # before there is a key
            key = self._key(recording_id, basis)
        except (KeyMissing, KeyUnreadable, ConfigError):
            raise unavailable(RecordingFault.KEY_MISSING) from None
        except OSError as error:
            raise unavailable(fault_of(error)) from None
        return Take(directory.absolute(), base64.b64encode(key).decode())

    def read_key(self, recording_id: str) -> bytes:
        """The data key, from wherever it lies. Raises KeyMissing, KeyUnreadable, ConfigError."""
        usual, emergency = self._books()
        return (emergency if emergency.exists(recording_id) else usual).read(recording_id)

    def trouble(self, recording_id: str) -> RecordingFault:
        """Why what is written of a recording could not be opened now."""
        try:
            self.read_key(recording_id)
        except (KeyMissing, KeyUnreadable, ConfigError, OSError):
            return RecordingFault.KEY_MISSING
        return RecordingFault.NONE

    def discard(self, recording_id: str) -> bool:
        """Destroy the key, then the files; repeating it does nothing. Whether there was a key. Raises OSError, ConfigError."""
        usual, emergency = self._books()
        had_key = usual.erase(recording_id) | emergency.erase(recording_id)
        if self.of(recording_id).is_dir():
            shutil.rmtree(self.of(recording_id))
        return had_key

    def has_anything(self, recording_id: str) -> bool:
        """Whether something was written: journals, or a finished recording whose commit was lost."""
        directory = self.of(recording_id)
        return has_journal(directory) or (directory / MANIFEST).exists()

    def is_away(self, recording_id: str) -> bool:
        """Whether it has a key and no directory: the disk it lies on is not there. Raises OSError."""
        has_key = any((place / f"{recording_id}{SUFFIX}").is_file() for place in (self.keys, self.emergency))
        return has_key and not self.of(recording_id).is_dir()

    def successor_key(self, recording_id: str) -> bytes:
        """The data key that is to follow the one in use. Raises OSError, ConfigError."""
        return self._book(recording_id).successor(recording_id)

    def decide(self, recording_id: str) -> None:
        """Exchange what is there for what was proposed, and destroy the key in use. Raises OSError, ConfigError: to be ended with
        `carry_on`."""
        taking_out.decide(self.of(recording_id))
        self.carry_on(recording_id)

    def carry_on(self, recording_id: str) -> None:
        """Bring an exchange that was broken off to its end; nothing where there is none. Raises OSError, ConfigError."""
        taking_out.exchange(self.of(recording_id), lambda: self._book(recording_id).supersede(recording_id))

    def abandon(self, recording_id: str) -> None:
        """Throw away what was proposed. Raises OSError."""
        taking_out.abandon(self.of(recording_id))

    def manifest(self, recording_id: str) -> Manifest:
        """The manifest of a finished recording. Raises OSError, InvalidInput."""
        return taking_out.read_manifest(self.of(recording_id))

    def remove_journal(self, recording_id: str) -> None:
        """The recording is finished and that is committed: what the workers wrote is not needed any more. Raises OSError."""
        shutil.rmtree(journal_path(self.of(recording_id)))

    def keep_key(self, recording_id: str) -> None:
        """A recording of an emergency is kept: its key goes to the others. Raises OSError, ConfigError."""
        usual, emergency = self._books()
        if emergency.exists(recording_id):
            emergency.move(recording_id, usual)

    def ids(self) -> frozenset[str]:
        """Every recording that has a directory or a key."""
        usual, emergency = self._books()
        there = (path.name for path in self.directory.glob("rec_*") if path.is_dir())
        return frozenset(there) | frozenset(usual.ids()) | frozenset(emergency.ids())

    def _key(self, recording_id: str, basis: Basis) -> bytes:
        usual, emergency = self._books()
        for book in (usual, emergency):
            if book.exists(recording_id):
                return book.read(recording_id)
        if has_journal(self.of(recording_id)):
            raise KeyMissing("The key of a recording is gone.")
        return (emergency if basis is Basis.EMERGENCY else usual).create(recording_id)

    def _book(self, recording_id: str) -> RecordingKeys:
        """Where the key of a finished recording lies."""
        usual, emergency = self._books()
        return emergency if emergency.holds(recording_id) else usual

    def _books(self) -> tuple[RecordingKeys, RecordingKeys]:
        masters = self.masters()
        return RecordingKeys(self.keys, masters), RecordingKeys(self.emergency, masters)


def has_journal(directory: Path) -> bool:
    """Whether a worker has written something of this recording."""
    journal = journal_path(directory)
    return journal.is_dir() and any(journal.iterdir())


def fault_of(error: OSError) -> RecordingFault:
    """The word for what the disk said."""
    if isinstance(error, PermissionError):
        return RecordingFault.READ_ONLY
    return _FAULTS.get(error.errno or 0, RecordingFault.FAILED)


def unavailable(fault: RecordingFault) -> TelemedError:
    """The error for a recording that cannot be written."""
    return Unavailable(_TEXTS.get(fault, "Recordings cannot be written now."), code=f"recording_{fault.value or 'failed'}")


_TEXTS = {
    RecordingFault.DISK_FULL: "There is no room for another recording.",
    RecordingFault.READ_ONLY: "The directory of the recordings cannot be written.",
    RecordingFault.KEY_MISSING: "The key of the recordings cannot be read.",
}
