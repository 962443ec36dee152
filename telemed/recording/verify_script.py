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
import re
import sys
import zipfile
import zlib
from typing import IO, Any, Callable, Dict, List, Tuple  # noqa: UP035 - runs where the newer forms are not known

FIRST_LINK = "0" * 64
READ_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 16 * READ_BYTES  # of manifest.json; telemed makes none larger
MAX_SIGNATURE_BYTES = 4096
MAX_SHOWN = 80  # characters of what comes from a file
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # what a zip may do when it is read
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


def read_small(open_file: Open, name: str, most: int) -> bytes:
    """All of a file of at most so many bytes. Raises ValueError for a longer one, OSError, KeyError."""
    with open_file(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def shown(text: Any) -> str:
    """What comes from a file, as it can be printed: nothing in it moves the cursor or begins a line."""
    return "".join(char if " " <= char <= "~" else "?" for char in str(text)[:MAX_SHOWN])


def signer(written: bytes) -> Tuple[bytes, bytes, str]:  # noqa: UP006
    """(public key, signature, what it says its name is) of manifest.sig. Raises ValueError."""
    try:
        table = json.loads(written)
        return base64.b64decode(table["public_key"]), base64.b64decode(table["signature"]), str(table["key_id"])
    except (TypeError, KeyError, AttributeError, binascii.Error):
        raise ValueError("no signature") from None


def signature_faults(raw: bytes, written: bytes, expected: str) -> List[str]:  # noqa: UP006
    """What is wrong with the signature of the manifest."""
    try:
        public, signature, name = signer(written)
    except ValueError:
        return ["manifest.sig cannot be read"]
    faults = []
    if name != key_id(public):
        faults.append("manifest.sig calls its key by another key's name")
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
            faults.append("segment " + shown(entry["id"]) + ": its entry was changed")
        if entry["previous"] != previous:
            faults.append("segment " + shown(entry["id"]) + ": it does not follow the one before it")
        previous = entry["link"]
    if manifest["chain_head"] != previous:
        faults.append("segments are missing at the end")
    return faults


def without_seal(entry: Dict[str, Any]) -> Dict[str, Any]:  # noqa: UP006
    """What an entry says of a segment's content, whatever key it lies under and wherever it stands in the chain."""
    return {name: value for name, value in entry.items() if name not in ("sealed_bytes", "sealed_sha256", "previous", "link")}


def former(digest: str, open_file: Open) -> Tuple[Dict[str, Any], str]:  # noqa: UP006
    """(the manifest of this SHA-256, what is wrong with it; empty: nothing). Raises ValueError for what is no SHA-256."""
    if not NAME.fullmatch(digest):
        raise ValueError("an impossible name")
    try:
        raw = read_small(open_file, "former/" + digest + ".json", MAX_MANIFEST_BYTES)
        written = read_small(open_file, "former/" + digest + ".sig", MAX_SIGNATURE_BYTES)
    except (OSError, KeyError):
        return {}, "the manifest before the parts were destroyed is missing"
    if hashlib.sha256(raw).hexdigest() != digest or signature_faults(raw, written, ""):
        return {}, "the manifest before the parts were destroyed is not the one that was signed"
    return json.loads(raw), ""


def step_faults(before: Dict[str, Any], now: Dict[str, Any]) -> List[str]:  # noqa: UP006
    """What differs between two manifests that follow each other, beyond the parts the later one says were destroyed."""
    gone = {part["participant_id"] for part in now["destroyed"]}
    gone -= {part["participant_id"] for part in before.get("destroyed", ())}
    faults: List[str] = []  # noqa: UP006
    kept = {entry["id"]: entry for entry in now["segments"]}
    for entry in before["segments"]:
        after = kept.pop(entry["id"], None)
        name = "segment " + shown(entry["id"])
        if after is None and entry["participant_id"] not in gone:
            faults.append(name + ": it was there, and nobody's destroyed part explains that it is not")
        elif after is not None and (entry["participant_id"] in gone or without_seal(after) != without_seal(entry)):
            faults.append(name + ": it is another one than before")
    return faults + ["segment " + shown(name) + ": it was not there before" for name in kept]


def history_faults(manifest: Dict[str, Any], open_file: Open) -> List[str]:  # noqa: UP006
    """What is wrong on the way to a manifest from the first one."""
    now = manifest
    while now.get("former"):
        before, fault = former(now["former"]["manifest_sha256"], open_file)
        faults = [fault] if fault else step_faults(before, now)
        if faults:
            return faults
        now = before
    return []


def media_name(entry: Dict[str, Any]) -> str:  # noqa: UP006
    """Where the file of a segment stands. Raises ValueError for a name that telemed gives to none."""
    if not NAME.fullmatch(entry["id"]):
        raise ValueError("an impossible name")
    return "media/" + str(entry["id"]) + (".mp4" if entry["mime"] == "video/mp4" else ".webm")


def media_fault(entry: Dict[str, Any], open_file: Open) -> str:  # noqa: UP006
    """What is wrong with the file of a segment; empty: nothing."""
    name = media_name(entry)
    try:
        with open_file(name) as file:
            digest, left = digest_of(file, int(entry["bytes"]))
            is_longer = bool(file.read(1))
    except DAMAGED:
        return name + " is damaged"
    except (OSError, KeyError):
        return name + " is missing"
    if left or is_longer:
        return name + (" was cut off" if left else " is longer than what was signed")
    return "" if digest == entry["sha256"] else name + " was changed"


def digest_of(file: IO[bytes], size: int) -> Tuple[str, int]:  # noqa: UP006
    """(SHA-256 of the first `size` bytes, how many are missing). No more is read than was signed."""
    digest = hashlib.sha256()
    while size > 0:
        piece = file.read(min(READ_BYTES, size))
        if not piece:
            break
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest(), size


def foreign_faults(manifest: Dict[str, Any], names: List[str]) -> List[str]:  # noqa: UP006
    """Media that nobody signed, and files that stand in the zip twice: whoever unpacks it may get the other one."""
    signed = {media_name(entry) for entry in manifest["segments"]}
    foreign = [name for name in names if name.startswith("media/") and name != "media/" and name not in signed]
    faults = [shown(name) + " was not signed" for name in sorted(set(foreign))]
    return faults + [shown(name) + " is there twice" for name in sorted(set(names)) if names.count(name) > 1]


def check(open_file: Open, names: List[str], expected: str) -> List[str]:  # noqa: UP006
    """Everything that is not as it was signed. Raises OSError, KeyError, ValueError when it cannot be read."""
    raw = read_small(open_file, "manifest.json", MAX_MANIFEST_BYTES)
    written = read_small(open_file, "manifest.sig", MAX_SIGNATURE_BYTES)
    faults = signature_faults(raw, written, expected)
    manifest = json.loads(raw)
    if canonical(manifest) != raw:
        faults.append("the manifest is not in the form that is signed")
    faults += chain_faults(manifest) + foreign_faults(manifest, names) + history_faults(manifest, open_file)
    for entry in manifest["segments"]:
        fault = media_fault(entry, open_file)
        print(("BROKEN   " if fault else "as signed") + "  " + entry["id"])
        if fault:
            faults.append(fault)
    if not faults:
        said = (manifest["recording_id"], manifest.get("started_at", "?"), manifest.get("ended_at", "?"))
        print("Recording {}, {} to {}".format(*map(shown, said)))
        for part in manifest.get("destroyed", ()):
            told = (shown(part["participant_id"]), shown(part["at"]))
            print("Part of {} destroyed at {} on that person's withdrawal; complete otherwise.".format(*told))
        print("Signed with the key " + key_id(signer(written)[0]))
    return faults


def opener(place: str) -> Tuple[Open, List[str]]:  # noqa: UP006
    """How files of an export are opened, and which there are: a directory, or the zip itself. Raises OSError, BadZipFile."""
    if not os.path.isdir(place):
        archive = zipfile.ZipFile(place)
        return archive.open, archive.namelist()

    def open_file(name: str) -> IO[bytes]:
        path = os.path.join(place, *name.split("/"))
        if not os.path.isfile(path):  # what has no end, or never begins, is no file of ours
            raise FileNotFoundError(name)
        return open(path, "rb")

    media = os.path.join(place, "media")
    there = os.listdir(media) if os.path.isdir(media) else []
    return open_file, ["media/" + name for name in there if not name.startswith(".")]  # desktops put their own there


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description="Check an exported recording.")
    parser.add_argument("place", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="directory or zip")
    parser.add_argument("--key", default="", help="id of the key that must have signed")
    arguments = parser.parse_args()
    try:
        faults = check(*opener(arguments.place), arguments.key)
    except (OSError, LookupError, ValueError, TypeError, AttributeError, *DAMAGED) as error:
        print("Cannot be read: " + type(error).__name__)
        return 2
    for fault in faults:
        print("NOT AS SIGNED: " + fault)
    print("Something is not as it was signed." if faults else "Everything is as it was signed.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
