"""Real-time text: the lines people are writing now, one for each, as sequences of edits (after T.140 and RFC 4103). Pure.

A line lives here until it is finished: then it is a message of the chat, whose command id is the line's. What was written before
it is in the chat; so of each person there is at most one line, of at most MAX_LINE characters: more is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from telemed.errors import Conflict, InvalidInput

MAX_LINE = 2000  # code points
IDLE_SECONDS = 60.0  # without an edit a line is finished
LOST = "\ufffd"  # shown where text may be missing (T.140 section 8.4)

# What turns the reading direction or is not seen: a forged line. C0 and C1 but line feed and tab besides.
_HARMFUL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029")
_HARMLESS = str.maketrans(
    dict.fromkeys([*_HARMFUL, *(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t")])
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Take `erase` code points away beginning at `at`, and put `insert` there."""

    at: int
    erase: int
    insert: str


@dataclass(frozen=True, slots=True)
class LiveLine:
    """What somebody is writing. `to`: as of a message; `touched`: monotonic seconds of the last edit."""

    id: str
    sequence: int
    text: str
    to: str | None
    touched: float
    closing: bool = False  # it is being stored: no edit any more

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.text.strip()


def harmless(text: str) -> str:
    """Return the text without control characters but line feed and tab, and without what turns the reading direction."""
    return text.translate(_HARMLESS)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text after the edits. Raises InvalidInput `text_edit` for one outside of it, `text_too_long`."""
    for edit in edits:
        end = edit.at + edit.erase
        if end > len(text):
            raise InvalidInput("There is no such place in the line.", code="text_edit", field="edits")
        text = text[: edit.at] + edit.insert + text[end:]
        if len(text) > MAX_LINE:
            raise InvalidInput("The line is too long: begin a new one.", code="text_too_long", field="edits")
    return text


class LiveLines:
    """The lines of one visit, by who writes them."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[str, LiveLine] = {}

    def __iter__(self) -> Iterator[tuple[str, LiveLine]]:
        return iter(list(self._lines.items()))

    def of(self, writer_id: str) -> LiveLine | None:
        """What a person is writing."""
        return self._lines.get(writer_id)

    def write(self, writer_id: str, begun: LiveLine, edits: Sequence[Edit], reset: bool) -> LiveLine | None:
        """Carry out edits, numbered `begun.sequence`, on the line `begun.id`; None when they were carried out before.

        `begun` is the line as it would be were it new. Raises Conflict `line_over`, `text_gap`, and what `edited` raises.
        """
        known = self._lines.get(writer_id)
        line = known if known is not None and known.id == begun.id else None
        if line is not None and line.closing:
            raise line_over()
        if line is not None and begun.sequence <= line.sequence:
            return None
        if not reset and begun.sequence != (line.sequence if line is not None else 0) + 1:
            raise Conflict("Something of this line did not arrive: say all of it again.", code="text_gap")
        text = edited("" if reset or line is None else line.text, edits)
        written = replace(begun, text=text, to=begun.to if line is None else line.to)
        self._lines[writer_id] = written
        return written

    def close(self, writer_id: str) -> LiveLine | None:
        """Let nobody edit a person's line any more and return it; None when there is none, or somebody else is storing it."""
        line = self._lines.get(writer_id)
        if line is None or line.closing:
            return None
        self._lines[writer_id] = replace(line, closing=True)
        return line

    def reopen(self, writer_id: str, line_id: str) -> None:
        """It could not be stored: it stays."""
        line = self._lines.get(writer_id)
        if line is not None and line.id == line_id:
            self._lines[writer_id] = replace(line, closing=False)

    def forget(self, writer_id: str, line_id: str) -> None:
        """The line is a message now, or nothing."""
        line = self._lines.get(writer_id)
        if line is not None and line.id == line_id:
            del self._lines[writer_id]


def line_over() -> Conflict:
    """The line is a message already."""
    return Conflict("This line is finished: begin a new one.", code="line_over")
