"""Which bytes of a file a request wants (RFC 9110 sections 13 and 14). Pure: header values in, a decision out.

Only GET knows ranges, and only single ones are served: a set of several gets the whole, as the RFC allows (14.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from telemed.errors import TelemedError

# Bytes sent for a range without an end. A player that wants more asks again: browsers keep six connections to a server at most
# (HTTP/1.1), and a film that is paused would hold one of them for as long as the page is open.
MAX_OPEN_RANGE = 4 * 1024 * 1024
MAX_DIGITS = 18  # of a position: 10^18 bytes lie behind every file; longer ones say the same
_SPEC = re.compile(r"([0-9]*)[ \t]*-[ \t]*([0-9]*)")
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class RangeNotSatisfiable(TelemedError):
    """No byte of the file lies in the range: 416. `size` in bytes, for Content-Range."""

    status = 416
    code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__("There are no such bytes.")
        self.size = size


class PreconditionFailed(TelemedError):
    """The file is not the one the client knows: 412."""

    status = 412
    code = "precondition_failed"


class Verdict(Enum):
    """What is sent."""

    WHOLE = 200
    PART = 206
    UNCHANGED = 304


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bytes `first` to `last`, both included, of a file; of an empty file `last` is -1."""

    verdict: Verdict
    first: int
    last: int

    @property
    def length(self) -> int:
        """Bytes to send."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Conditions:
    """The header fields that decide, as they came; absent ones are None, repeated fields are listed in `ranges`."""

    ranges: Sequence[str] = ()
    if_match: str | None = None
    if_none_match: str | None = None
    if_range: str | None = None


def decide(conditions: Conditions, size: int, etag: str, is_get: bool) -> Wanted:
    """Say what of a file of `size` bytes is sent. `etag` is its strong tag, quotes included; there is no Last-Modified.

    The order is that of RFC 9110 section 13.2.2. Raises PreconditionFailed, RangeNotSatisfiable.
    """
    whole = Wanted(Verdict.WHOLE, 0, size - 1)
    if conditions.if_match is not None and not _names(conditions.if_match, etag, strong=True):
        raise PreconditionFailed("This is another file by now.")
    if conditions.if_none_match is not None and _names(conditions.if_none_match, etag, strong=False):
        return Wanted(Verdict.UNCHANGED, 0, -1)
    if not is_get or len(conditions.ranges) != 1:
        return whole
    if conditions.if_range is not None and conditions.if_range.strip(" \t") != etag:
        return whole  # another tag, a weak one, or a date, which says nothing without Last-Modified
    spec = _single(conditions.ranges[0])
    if spec is None:
        return whole
    return _satisfied(spec, size)


def _single(value: str) -> tuple[str, str] | None:
    """First and last position of the one range asked for; None for other units, several ranges and what is malformed."""
    unit, equals, ranges = value.partition("=")
    if not equals or unit.strip(" \t").lower() != "bytes":
        return None
    members = [member for member in (part.strip(" \t") for part in ranges.split(",")) if member]
    match = _SPEC.fullmatch(members[0]) if len(members) == 1 else None
    if match is None or not (match[1] or match[2]):
        return None
    return match[1], match[2]


def _satisfied(spec: tuple[str, str], size: int) -> Wanted:
    """The part a well-formed range names. A last position before the first makes it invalid, and it is ignored (14.1.1)."""
    first, last = (_number(text) for text in spec)
    if first is None:
        suffix = min(last or 0, size)
        if suffix == 0:
            raise RangeNotSatisfiable(size)
        return Wanted(Verdict.PART, size - suffix, size - 1)
    if last is not None and last < first:
        return Wanted(Verdict.WHOLE, 0, size - 1)
    if first >= size:
        raise RangeNotSatisfiable(size)
    end = first + MAX_OPEN_RANGE - 1 if last is None else last
    return Wanted(Verdict.PART, first, min(end, size - 1))


def _number(text: str) -> int | None:
    """A position; None for an absent one. What is too long to be one lies behind the end of every file."""
    digits = text.lstrip("0")
    if len(digits) > MAX_DIGITS:
        return int("9" * MAX_DIGITS)
    return int(digits or "0") if text else None


def _names(value: str, etag: str, *, strong: bool) -> bool:
    """Whether a list of entity tags holds ours (8.8.3.2), or is the star, which holds all."""
    if value.strip(" \t") == "*":
        return True
    return any(tag == etag and not (strong and weak) for weak, tag in _TAG.findall(value))
