"""A frozen picture of a caller on which staff draw: what it may be, what may be drawn, and how much of it is kept. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telemed.care.incidents.records import FrameRecord, Shape
from telemed.care.times import iso_utc
from telemed.errors import Conflict, InvalidInput

MAX_BYTES = 300 * 1024
MAX_SIDE = 4096  # pixels
MAX_SHAPES = 60
MAX_POINTS = 200  # of one line
MAX_ALL_POINTS = 2000  # of one picture: what a snapshot can hold
MOST_KEPT = 100  # pictures of one visit, 30 MB; more are shown and drawn on, and gone with a restart
# Rows about pictures that were shown and not kept, of one incident with all its visits, or of one scene. Drop rule: the oldest
# goes first, and the trail still has that it was shown. A row whose picture is kept, or was erased, stays: MOST_KEPT bounds them.
MOST_UNKEPT = 500
_DIGITS = 4  # of a coordinate: a pixel of the largest picture
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers of a frame header, ITU-T T.81 table B.1
_ALONE = frozenset(range(0xD0, 0xDA)) | {0x01}  # markers without a length


def view(frame: FrameRecord) -> dict[str, Any]:
    """As pages get it; the bytes are asked for by HTTP."""
    return {
        "id": frame.id,
        "participant_id": frame.participant_id,
        "width": frame.width,
        "height": frame.height,
        "shapes": lines_view(frame.lines),
        "at": iso_utc(frame.shown_at),
        "by": frame.by_name,
    }


def lines_view(lines: Sequence[Shape]) -> list[dict[str, Any]]:
    """What is drawn, as pages get it."""
    return [{"id": one.id, "kind": one.kind, "points": [list(point) for point in one.points]} for one in lines]


def check_jpeg(jpeg: bytes, width: int, height: int) -> None:
    """Raise InvalidInput unless this is a JPEG of this size within our bounds."""
    if len(jpeg) > MAX_BYTES or not jpeg.startswith(b"\xff\xd8\xff") or not jpeg.endswith(b"\xff\xd9"):
        raise InvalidInput("This is no picture we take.", field="jpeg")
    if _size(jpeg) != (width, height) or not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise InvalidInput("The picture does not have this size.", field="width")


def _size(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height as the first frame header says."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker in _SIZES:
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 2 if marker in _ALONE else 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return None


def a_shape(shape_id: str, kind: str, points: Sequence[Sequence[float]]) -> Shape:
    """Return a shape. Raises InvalidInput for too many or too few points, or one off the picture."""
    allowed = 2 <= len(points) <= MAX_POINTS if kind == "pen" else len(points) == 2
    if not allowed or any(len(point) != 2 or not all(0.0 <= value <= 1.0 for value in point) for point in points):
        raise InvalidInput("This cannot be drawn.", field="shape")
    return Shape(shape_id, kind, tuple((round(x, _DIGITS), round(y, _DIGITS)) for x, y in points))


def drawn(frame: FrameRecord, shape: Shape) -> FrameRecord:
    """Return the picture with a shape more, or in place of the one of its id. Raises Conflict when there is no room."""
    others = tuple(one for one in frame.lines if one.id != shape.id)
    if len(others) >= MAX_SHAPES or sum(len(one.points) for one in (*others, shape)) > MAX_ALL_POINTS:
        raise Conflict("There is too much on this picture.", code="too_many_shapes")
    lines = (*others, shape)
    return replace(frame, lines=lines, shapes=max(frame.shapes, len(lines)))
