#!/usr/bin/env python3
"""Check an exported recording of telemed: is everything in it as it was signed when the recording was finished?

    python3 verify.py [DIRECTORY or ZIP] [--key KEY-ID]

Needs Python 3.8 or later and nothing else; nothing is sent anywhere. DIRECTORY is where the export was unpacked (default: where
this file lies); the zip itself will do as well. With --key the signature must also be of that key: ask the clinic for its id by
another way than the one by which the export came, for a forger would enclose a key of their own.
Ends with 0 when everything is as it was signed, 1 when something is not, 2 when it cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import sys
import zipfile
from typing import IO, Any, Callable, Dict, List, Tuple  # noqa: UP035 - runs where the newer forms are not known

FIRST_LINK = "0" * 64
READ_BYTES = 1024 * 1024
Open = Callable[[str], IO[bytes]]
Point = Tuple[int, int, int, int]  # noqa: UP006 - extended coordinates X, Y, Z, T

# Ed25519, after the program in RFC 8032 section 6.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """The sum of two points."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(factor: int, point: Point) -> Point:
    """A point added to itself."""
    result: Point = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


def equal(a: Point, b: Point) -> bool:
    """Whether two points are the same."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y: int, sign: int) -> int:
    """The other coordinate. Raises ValueError when there is none."""
    if y >= P:
        raise ValueError("not a point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        raise ValueError("not a point")
    return P - x if x & 1 != sign else x


def decompress(data: bytes) -> Point:
    """A point from its 32 bytes. Raises ValueError."""
    if len(data) != 32:
        raise ValueError("not a point")
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of this key signed the message."""
    if len(signature) != 64:
        return False
    try:
        key, nonce = decompress(public), decompress(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return equal(multiply(s, BASE), add(nonce, multiply(h, key)))


def canonical(value: Any) -> bytes:
    """The one form of a JSON value that is signed and chained."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def key_id(public: bytes) -> str:
    """Short name of a key."""
    return hashlib.sha256(public).hexdigest()[:16]


def signature_faults(raw: bytes, written: bytes, expected: str) -> List[str]:  # noqa: UP006
    """What is wrong with the signature of the manifest."""
    try:
        table = json.loads(written)
        public, signature = base64.b64decode(table["public_key"]), base64.b64decode(table["signature"])
    except (ValueError, TypeError, KeyError, binascii.Error):
        return ["manifest.sig cannot be read"]
    faults = []
    if expected and key_id(public) != expected.lower():
        faults.append("signed with another key than the one you named: " + key_id(public))
    if not signed_by(public, raw, signature):
        faults.append("the manifest is not the one that was signed")
    return faults


def chain_faults(manifest: Dict[str, Any]) -> List[str]:  # noqa: UP006
    """Segments whose entry was changed, moved, added or taken out."""
    faults, previous = [], FIRST_LINK
    for entry in manifest["segments"]:
        bare = {name: value for name, value in entry.items() if name != "link"}
        link = hashlib.sha256(entry["previous"].encode() + canonical(bare)).hexdigest()
        if link != entry["link"]:
            faults.append("segment " + entry["id"] + ": its entry was changed")
        if entry["previous"] != previous:
            faults.append("segment " + entry["id"] + ": it does not follow the one before it")
        previous = entry["link"]
    if manifest["chain_head"] != previous:
        faults.append("segments are missing at the end")
    return faults


def without_seal(entry: Dict[str, Any]) -> Dict[str, Any]:  # noqa: UP006
    """What an entry says of a segment's content, whatever key it lies under and wherever it stands in the chain."""
    return {name: value for name, value in entry.items() if name not in ("sealed_bytes", "sealed_sha256", "previous", "link")}


def history_faults(manifest: Dict[str, Any], open_file: Open) -> List[str]:  # noqa: UP006
    """What differs between a manifest and those it followed, beyond the parts it says were destroyed."""
    faults: List[str] = []  # noqa: UP006
    now = manifest
    while now.get("former") and not faults:
        digest = now["former"]["manifest_sha256"]
        try:
            with open_file("former/" + digest + ".json") as file:
                raw = file.read()
            with open_file("former/" + digest + ".sig") as file:
                written = file.read()
        except (OSError, KeyError):
            return ["the manifest before the parts were destroyed is missing"]
        if hashlib.sha256(raw).hexdigest() != digest or signature_faults(raw, written, ""):
            return ["the manifest before the parts were destroyed is not the one that was signed"]
        before = json.loads(raw)
        gone = {part["participant_id"] for part in now["destroyed"]} - {
            part["participant_id"] for part in before.get("destroyed", ())
        }
        kept = {entry["id"]: entry for entry in now["segments"]}
        for entry in before["segments"]:
            after = kept.pop(entry["id"], None)
            if after is None and entry["participant_id"] not in gone:
                faults.append("segment " + entry["id"] + ": it was there, and nobody's destroyed part explains that it is not")
            elif after is not None and (entry["participant_id"] in gone or without_seal(after) != without_seal(entry)):
                faults.append("segment " + entry["id"] + ": it is another one than before")
        faults += ["segment " + name + ": it was not there before" for name in kept]
        now = before
    return faults


def media_fault(entry: Dict[str, Any], open_file: Open) -> str:  # noqa: UP006
    """What is wrong with the file of a segment; empty: nothing."""
    name: str = "media/" + entry["id"] + (".mp4" if entry["mime"] == "video/mp4" else ".webm")
    digest, size = hashlib.sha256(), 0
    try:
        with open_file(name) as file:
            for piece in iter(lambda: file.read(READ_BYTES), b""):
                digest.update(piece)
                size += len(piece)
    except (OSError, KeyError):
        return name + " is missing"
    except zipfile.BadZipFile:
        return name + " is damaged"
    if size != entry["bytes"]:
        return "{} has {} bytes, signed were {}".format(name, size, entry["bytes"])
    return "" if digest.hexdigest() == entry["sha256"] else name + " was changed"


def check(open_file: Open, expected: str) -> List[str]:  # noqa: UP006
    """Everything that is not as it was signed. Raises OSError, KeyError, ValueError when it cannot be read."""
    with open_file("manifest.json") as file:
        raw = file.read()
    with open_file("manifest.sig") as file:
        written = file.read()
    faults = signature_faults(raw, written, expected)
    manifest = json.loads(raw)
    if canonical(manifest) != raw:
        faults.append("the manifest is not in the form that is signed")
    faults += chain_faults(manifest)
    faults += history_faults(manifest, open_file)
    for entry in manifest["segments"]:
        fault = media_fault(entry, open_file)
        print(("BROKEN   " if fault else "as signed") + "  " + entry["id"])
        if fault:
            faults.append(fault)
    if not faults:
        said = (manifest["recording_id"], manifest.get("started_at", "?"), manifest.get("ended_at", "?"))
        print("Recording {}, {} to {}".format(*said))
        for part in manifest.get("destroyed", ()):
            told = (part["participant_id"], part["at"])
            print("Part of {} destroyed at {} on that person's withdrawal; complete otherwise.".format(*told))
        print("Signed with the key " + json.loads(written)["key_id"])
    return faults


def opener(place: str) -> Open:
    """How files of an export are opened: of a directory, or of the zip itself. Raises OSError, BadZipFile."""
    if os.path.isdir(place):
        return lambda name: open(os.path.join(place, *name.split("/")), "rb")
    archive = zipfile.ZipFile(place)
    return lambda name: archive.open(name)


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description="Check an exported recording.")
    parser.add_argument("place", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="directory or zip")
    parser.add_argument("--key", default="", help="id of the key that must have signed")
    arguments = parser.parse_args()
    try:
        faults = check(opener(arguments.place), arguments.key)
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        print("Cannot be read: " + type(error).__name__)
        return 2
    for fault in faults:
        print("NOT AS SIGNED: " + fault)
    print("Something is not as it was signed." if faults else "Everything is as it was signed.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
