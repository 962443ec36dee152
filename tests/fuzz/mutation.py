"""Seeded mutation of good inputs: what the long fuzzing runs for minutes, the suite runs for a moment."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.targets import Target

INTERESTING = (0, 1, 0x7F, 0x80, 0xBE, 0xDE, 0xFF, ord('"'), ord("{"), ord("["), ord(":"), ord("\n"), ord("="))
SLOW = 0.5  # seconds one input may take, on a busy machine; a good one takes under a millisecond
MAX_BYTES = 100_000


def mutated(seed: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    """`seed` with a few bytes changed, pieces cut, doubled, or spliced in from another input."""
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(data) + 1)
        size = min(chance.choice((1, 1, 2, 4, 16, 200)), max(0, len(data) - at))
        how = chance.randrange(6)
        if how == 0:
            data[at : at + size] = chance.randbytes(size)
        elif how == 1:
            del data[at : at + size]
        elif how == 2:
            data[at:at] = data[at : at + size] * chance.randrange(1, 5)
        elif how == 3:
            data[at : at + size] = bytes([chance.choice(INTERESTING)]) * size
        elif how == 4:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + 50]
        else:
            data[at:at] = str(chance.choice((-1, 2**31, 2**53, 2**64, 10**30, 0.1))).encode()
    return bytes(data[:MAX_BYTES])


def inputs(target: Target, chance: random.Random) -> Iterator[bytes]:
    """Endlessly: random bytes now and then, mutations of good inputs and of earlier mutations mostly."""
    pool = list(target.seeds)
    while True:
        if chance.random() < 0.05:
            yield chance.randbytes(chance.randrange(200))
            continue
        data = mutated(chance.choice(pool), chance, target.seeds)
        if chance.random() < 0.05:
            pool[len(target.seeds) :] = [*pool[len(target.seeds) :], data][-50:]
        yield data


def judge(target: Target, data: bytes) -> Exception | None:
    """Run one input; what escaped, if anything did, and TimeoutError when it took too long."""
    started = time.thread_time()
    try:
        target.run(data)
    except target.allowed:
        pass
    except Exception as escaped:  # noqa: BLE001 - finding these is the purpose
        return escaped
    return TimeoutError(f"{len(data)} bytes took too long") if time.thread_time() - started > SLOW else None


def keep(folder: Path, name: str, data: bytes) -> Path:
    """Write an input that broke something where it stays as a regression."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    path = place / (hashlib.sha256(data).hexdigest()[:16] + ".bin")
    path.write_bytes(data)
    return path
