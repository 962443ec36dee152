"""Session descriptions as lines: sections and attributes, with limits, before any meaning is read (RFC 8866)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telemed.errors import InvalidInput, TooLarge

MAX_SDP_BYTES = 96 * 1024  # a 48-line offer of Chromium has about 70 KiB
MAX_MEDIA_LINES = 48  # 9 people with camera, microphone and one screen need 20
MAX_LINES = 6000
MAX_LINE_LENGTH = 1024  # longest line seen from browsers: 300 characters

_MEDIA_LINE = re.compile(r"(\w{1,16}) (\d{1,5})(?:/\d{1,3})? ([A-Z/]{3,32}) ([\w .-]{1,512})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MediaSection:
    """One m-line with its attributes, in order. `attributes` holds (name, value), value empty for flags."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str | None:
        """The value of the first attribute `name`, None if it is not there."""
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str) -> list[str]:
        """The values of all attributes `name`."""
        return [value for key, value in self.attributes if key == name]


@dataclass(frozen=True, slots=True)
class Description:
    """A whole session description."""

    attributes: tuple[tuple[str, str], ...]
    media: tuple[MediaSection, ...]

    def first(self, name: str) -> str | None:
        """The value of the first session-level attribute `name`."""
        return next((value for key, value in self.attributes if key == name), None)


def _refuse(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_sdp", field="sdp")


def split_lines(text: str) -> list[tuple[str, str]]:
    """Return (type letter, value) for each line.

    Raises TooLarge over MAX_SDP_BYTES and InvalidInput for anything that is not lines of printable `x=value`.
    """
    if len(text) > MAX_SDP_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_SDP_BYTES:
        raise TooLarge("The session description is too large.", code="bad_sdp", field="sdp")
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise _refuse("The session description has too many lines.")
    result = []
    for line in lines:
        if len(line) > MAX_LINE_LENGTH or len(line) < 2 or line[1] != "=" or not line.isprintable():
            raise _refuse("The session description has a malformed line.")
        result.append((line[0], line[2:]))
    return result


def _media_header(value: str) -> tuple[str, int, str, tuple[str, ...]]:
    match = _MEDIA_LINE.fullmatch(value)
    if match is None:
        raise _refuse("The session description has a malformed media line.")
    kind, port, protocol, formats = match.groups()
    return kind, int(port), protocol, tuple(formats.split())


def parse_description(text: str) -> Description:
    """Split `text` into sections.

    Raises InvalidInput (code `bad_sdp`) for a malformed description or more than MAX_MEDIA_LINES m-lines, TooLarge by size.
    """
    lines = split_lines(text)
    if lines[0] != ("v", "0"):
        raise _refuse("The session description must start with v=0.")
    if sum(letter == "m" for letter, _ in lines) > MAX_MEDIA_LINES:
        raise _refuse("The session description has too many media lines.")
    session: list[tuple[str, str]] = []
    headers: list[tuple[str, int, str, tuple[str, ...]]] = []
    bodies: list[list[tuple[str, str]]] = []
    for letter, value in lines:
        if letter == "m":
            headers.append(_media_header(value))
            bodies.append([])
        elif letter == "a":
            name, _, content = value.partition(":")
            (bodies[-1] if bodies else session).append((name, content))
    media = tuple(MediaSection(*header, tuple(body)) for header, body in zip(headers, bodies, strict=True))
    return Description(tuple(session), media)
