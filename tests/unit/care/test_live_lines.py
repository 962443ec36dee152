"""Real-time text: edits, numbers, bounds; nothing doubled, nothing lost unseen, nothing harmful."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.live_lines import MAX_LINE, Edit, LiveLine, LiveLines, edited, harmless
from telemed.errors import Conflict, InvalidInput

ADA = "par_ada"


def said(lines: LiveLines, sequence: int, *edits: Edit, line: str = "line-0001", reset: bool = False) -> str | None:
    written = lines.write(ADA, LiveLine(line, sequence, "", None, 0.0), edits, reset)
    return None if written is None else written.text


def test_insert_erase_and_new_line() -> None:
    assert edited("Hallo", [Edit(5, 0, " Welt"), Edit(1, 1, "e"), Edit(10, 0, "\n!")]) == "Hello Welt\n!"
    assert edited("ab\ncd", [Edit(2, 1, "")]) == "abcd", "backspace over a line break within the line"
    assert edited("a\U0001f600b", [Edit(1, 1, "")]) == "ab", "code points, not UTF-16"


@pytest.mark.parametrize("edit", [Edit(3, 0, "x"), Edit(0, 3, ""), Edit(2, 1, "")])
def test_an_edit_outside_of_the_line_is_refused(edit: Edit) -> None:
    with pytest.raises(InvalidInput) as refused:
        edited("ab", [edit])
    assert refused.value.code == "text_edit"


def test_a_line_is_bounded() -> None:
    full = "x" * MAX_LINE
    assert edited("", [Edit(0, 0, full)]) == full
    with pytest.raises(InvalidInput) as refused:
        edited(full, [Edit(0, 0, "x"), Edit(0, 1, "")])
    assert refused.value.code == "text_too_long"


def test_repeated_edits_do_nothing_and_a_gap_is_refused() -> None:
    lines = LiveLines()
    assert said(lines, 1, Edit(0, 0, "a")) == "a"
    assert said(lines, 1, Edit(0, 0, "a")) is None
    assert said(lines, 2, Edit(1, 0, "b")) == "ab"
    with pytest.raises(Conflict) as gap:
        said(lines, 4, Edit(2, 0, "c"))
    assert gap.value.code == "text_gap"
    assert said(lines, 5, Edit(0, 0, "abc"), reset=True) == "abc"
    assert said(lines, 4, Edit(0, 0, "x"), reset=True) is None, "an old reset"
    assert said(lines, 6, Edit(3, 0, "d")) == "abcd"


def test_a_line_the_server_does_not_know_is_said_whole() -> None:
    lines = LiveLines()
    with pytest.raises(Conflict):
        said(lines, 7, Edit(0, 0, "x"))
    assert said(lines, 8, Edit(0, 0, "all of it"), reset=True) == "all of it"


def test_a_refused_edit_changes_nothing() -> None:
    lines = LiveLines()
    said(lines, 1, Edit(0, 0, "a"))
    with pytest.raises(InvalidInput):
        said(lines, 2, Edit(1, 0, "b"), Edit(9, 0, "c"))
    assert said(lines, 2, Edit(1, 0, "z")) == "az"


def test_a_line_that_is_being_stored_takes_no_edit_and_is_stored_by_one() -> None:
    lines = LiveLines()
    said(lines, 1, Edit(0, 0, "a"))
    first = lines.close(ADA)
    assert first is not None and first.text == "a"
    assert lines.close(ADA) is None
    with pytest.raises(Conflict) as over:
        said(lines, 2, Edit(1, 0, "b"))
    assert over.value.code == "line_over"
    lines.reopen(ADA, "line-0001")
    assert said(lines, 2, Edit(1, 0, "b")) == "ab"
    lines.forget(ADA, "line-0001")
    assert lines.of(ADA) is None
    assert said(lines, 1, Edit(0, 0, "n"), line="line-0002") == "n"
    lines.forget(ADA, "line-0001")
    assert lines.of(ADA) is not None, "another line"


@given(st.text())
def test_nothing_that_turns_or_hides_text_is_left(text: str) -> None:
    kept = harmless(text)
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF}
    assert turning.isdisjoint(map(ord, kept)) and not set("\x00\x1b\x7f\x9b\r") & set(kept)
    assert harmless(kept) == kept
    assert harmless("a\nb\tc \u0645 \U0001f468\u200d\U0001f469") == "a\nb\tc \u0645 \U0001f468\u200d\U0001f469"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.text(max_size=20)), max_size=30))
def test_any_edits_leave_a_bounded_line(raw: list[tuple[int, int, str]]) -> None:
    text = ""
    for at, erase, insert in raw:
        try:
            text = edited(text, [Edit(at, erase, insert)])
        except InvalidInput:
            continue
        assert len(text) <= MAX_LINE
