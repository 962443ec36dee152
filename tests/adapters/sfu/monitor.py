"""Looks over the packet path's shoulder: which (key, SSRC, ROC, sequence) it protects."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from telemed.rtp.sequence import SequenceUnwrapper
from telemed.sfu import dataplane, redundant_sound


class ProtectMonitor:
    """Wraps the packet path's `protect`. `repeats` lists packet indices that were offered for protection a second time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.refused = 0
        self.repeats: list[tuple[int, int]] = []
        self._unwrappers: dict[tuple[Any, int], SequenceUnwrapper] = {}
        self._seen: dict[tuple[Any, int], set[int]] = {}
        self._alive: list[Any] = []  # keys must keep their identity while we compare them
        self._protect = dataplane._protect
        for module in (dataplane, redundant_sound):
            monkeypatch.setattr(module, "_protect", self._watch)

    def verify(self) -> None:
        """Fail when an index was protected twice, or libsrtp refused something."""
        assert not self.repeats
        assert self.refused == 0

    def _watch(self, handle: Any, pointer: Any, cell: Any) -> int:
        sequence, ssrc = struct.unpack("!H4xI", _head(pointer)[2:12])
        key = (int(_address(handle)), ssrc)
        index = self._unwrappers.setdefault(key, SequenceUnwrapper()).unwrap(sequence)
        seen = self._seen.setdefault(key, set())
        self._alive.append(handle)
        if index in seen:
            self.repeats.append((ssrc, index))
        seen.add(index)
        self.count += 1
        status = self._protect(handle, pointer, cell)
        self.refused += status != 0
        return int(status)


def _head(pointer: Any) -> bytes:
    from pylibsrtp._binding import ffi

    return bytes(ffi.buffer(pointer, 12))


def _address(handle: Any) -> int:
    from pylibsrtp._binding import ffi

    return int(ffi.cast("uintptr_t", handle))
