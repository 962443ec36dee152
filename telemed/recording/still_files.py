"""One still on the disk, as a thread sees it: the upload while it comes, then the picture and its thumbnail, sealed. Blocking.

Keys are made and destroyed as those of recordings are (`keys.py`), in a directory of their own.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from telemed.care.stills import limits
from telemed.care.stills.ports import WrongOffset
from telemed.care.stills.records import KeptPicture
from telemed.care.stills.words import StillPart
from telemed.errors import NotFound, TooLarge
from telemed.files import make_private_directory, sync_directory
from telemed.media.pictures import HEAD_BYTES, kind_of, stripped
from telemed.media.pictures.faults import NotAPicture
from telemed.media.pictures.jpeg import MIME as JPEG
from telemed.recording.keys import KeyMissing, RecordingKeys
from telemed.recording.sealed_file import SUFFIX, SealedReader, SealedWriter
from telemed.recording.upload_file import NAME, UploadFile

MAX_PLACES = 256


class StillFiles:
    """The directory of all stills and that of their keys. Each call opens what it needs: an upload may rest for hours."""

    def __init__(self, root: Path, keys: Callable[[], RecordingKeys]) -> None:
        self._root = root
        self._keys = keys
        self._places: OrderedDict[str, tuple[int, int]] = OrderedDict()  # of uploads; drop rule: the oldest, measured anew

    def begin(self, still_id: str) -> None:
        """Make place and key; nothing for one that has them. Raises OSError."""
        directory = self._placed(still_id)
        UploadFile(directory / NAME, self._keys().read(still_id)).close()

    def keep(self, still_id: str, data: bytes) -> None:
        """Make place and key, and seal a picture that is here as a whole, as it is. Raises OSError."""
        self._placed(still_id)
        self._seal(still_id, StillPart.PICTURE, data)

    def received(self, still_id: str) -> int:
        """How many bytes are there. Raises NotFound."""
        upload = self._upload(still_id)
        try:
            return upload.size
        finally:
            upload.close()

    def append(self, still_id: str, offset: int, piece: bytes) -> int:
        """Take a piece. Raises NotFound, WrongOffset, and the faults of a file that does not begin like a picture."""
        upload = self._upload(still_id)
        try:
            if offset != upload.size:
                raise WrongOffset(upload.size)
            if offset == 0 and len(piece) >= HEAD_BYTES:
                kind_of(piece[:HEAD_BYTES])  # nobody sends megabytes to be told at the end
            upload.append(piece)
            self._remember(still_id, upload.place)
            return upload.size
        finally:
            upload.close()

    def finish(self, still_id: str) -> KeptPicture:
        """Strip and seal what came. Raises NotFound and the faults of pictures. Again: the same."""
        upload = self._upload(still_id)
        try:
            picture = stripped(upload.content(), limits.MOST_PIXELS)
        finally:
            upload.close()
        self._seal(still_id, StillPart.PICTURE, picture.data)
        digest = hashlib.sha256(picture.data).hexdigest()
        return KeptPicture(picture.mime, len(picture.data), picture.size.width, picture.size.height, digest)

    def put_thumbnail(self, still_id: str, data: bytes) -> None:
        """Strip and seal a small picture. Raises TooLarge, and the faults of pictures."""
        if len(data) > limits.THUMBNAIL_BYTES:
            raise TooLarge("This thumbnail is too large.")
        picture = stripped(data, limits.THUMBNAIL_SIDE**2)
        if picture.mime != JPEG:
            raise NotAPicture
        if max(picture.size.width, picture.size.height) > limits.THUMBNAIL_SIDE:
            raise TooLarge("This thumbnail is too large.")
        self._seal(still_id, StillPart.THUMBNAIL, picture.data)

    def open(self, still_id: str, part: StillPart) -> SealedReader:
        """What was sealed. Raises FileNotFoundError, KeyMissing."""
        return SealedReader(self._of(still_id) / (part.value + SUFFIX), part.value, self._keys().read(still_id))

    def settle(self, still_id: str) -> None:
        """Remove the upload beside the finished picture."""
        (self._of(still_id) / NAME).unlink(missing_ok=True)

    def discard(self, still_id: str) -> bool:
        """Destroy the key, then the files; whether there was a key."""
        directory = self._of(still_id)
        had_key = self._keys().erase(still_id)
        if directory.is_dir():
            shutil.rmtree(directory)
            sync_directory(self._root)
        return had_key

    def ids(self) -> tuple[str, ...]:
        """Everything that lies on the disk, keys without files too."""
        directories = {path.name for path in self._root.iterdir() if path.is_dir()} if self._root.is_dir() else set()
        return tuple(sorted(directories | set(self._keys().ids())))

    def _placed(self, still_id: str) -> Path:
        make_private_directory(self._root)
        directory = make_private_directory(self._of(still_id))
        sync_directory(self._root)
        keys = self._keys()
        if not keys.exists(still_id):
            keys.create(still_id)
        return directory

    def _seal(self, still_id: str, part: StillPart, data: bytes) -> None:
        path = self._of(still_id) / (part.value + SUFFIX)
        with SealedWriter(path, part.value, self._keys().read(still_id)) as writer:
            writer.write(data)
            writer.finish()

    def _upload(self, still_id: str) -> UploadFile:
        path = self._of(still_id) / NAME
        if not path.is_file():
            raise NotFound
        try:
            return UploadFile(path, self._keys().read(still_id), self._places.get(still_id))
        except KeyMissing:
            raise NotFound from None

    def _remember(self, still_id: str, place: tuple[int, int]) -> None:
        self._places[still_id] = place
        if len(self._places) > MAX_PLACES:
            self._places.popitem(last=False)

    def _of(self, still_id: str) -> Path:
        if "/" in still_id or still_id.startswith("."):
            raise NotFound
        return self._root / still_id
