"""A recording to take away: a zip with media in clear, manifest, signature, public key, and a program that checks them.

Made piece by piece while it is sent: nothing of it lies on a disk, and memory is a few pieces whatever its size.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from telemed.media.manifest import Manifest, Segment
from telemed.recording import places, signature
from telemed.recording.sealed_file import SealedReader

PIECE_BYTES = 256 * 1024  # handed on at once
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip knows: when files were made stands in the manifest
VERIFY_SCRIPT = Path(__file__).with_name("verify_script.py")
EXTENSIONS = {"video/mp4": ".mp4"}  # others: .webm
README = """An exported recording
=====================

media/         the segments, as the manifest names them; each plays in a browser or in VLC
manifest.json  who is in the recording and when, consent, segments with their SHA-256, gaps
manifest.sig   the clinic's signature of manifest.json (Ed25519)
public_key.pem the clinic's public key; id {key_id}
former/        where somebody's part was destroyed later: the manifests before, each under its hash
verify.py      checks all of it: python3 verify.py   (Python 3.8 or later, nothing else)

A signature only says that the holder of this key signed. Ask the clinic for the id of its key by another way.
These files are not encrypted. Keep them as you would keep a patient's record.
"""


class _Sink:
    """Where the zip is written: kept until it is handed on. It cannot go back, and says so."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._kept += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def take(self, least: int = 1) -> bytes:
        """All that is kept, if it is at least so much."""
        if len(self._kept) < least:
            return b""
        taken = bytes(self._kept)
        self._kept.clear()
        return taken


def export_pieces(recording: Path, made: Manifest, data_key: bytes, public_key: bytes) -> Generator[bytes, None, None]:
    """The zip. Blocking. Raises OSError, SealedFileBroken for a block that is not as it was written."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _small_files(recording, made, public_key):
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), content)
        for entry in made.segments:
            yield from _media(archive, sink, recording, entry.segment, data_key)
    yield sink.take()


def media_name(segment: Segment) -> str:
    """Where a segment stands in the zip."""
    return f"media/{segment.id}{EXTENSIONS.get(segment.mime, '.webm')}"


def _small_files(recording: Path, made: Manifest, public_key: bytes) -> Iterator[tuple[str, bytes]]:
    pem = Ed25519PublicKey.from_public_bytes(public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    yield "README.txt", README.format(key_id=signature.key_id(public_key)).encode()
    yield places.MANIFEST, made.raw
    yield places.SIGNATURE, (recording / places.SIGNATURE).read_bytes()
    yield "public_key.pem", pem
    yield "verify.py", VERIFY_SCRIPT.read_bytes()
    for path in sorted((recording / places.FORMER).glob("*")):
        yield f"{places.FORMER}/{path.name}", path.read_bytes()


def _media(archive: zipfile.ZipFile, sink: _Sink, recording: Path, segment: Segment, data_key: bytes) -> Iterator[bytes]:
    info = zipfile.ZipInfo(media_name(segment), ZIP_DATE)
    with (
        SealedReader(places.segment_path(recording, segment.id), segment.id, data_key) as reader,
        archive.open(info, "w", force_zip64=True) as member,
    ):
        for block in reader.chunks():
            member.write(block)
            if piece := sink.take(PIECE_BYTES):
                yield piece
