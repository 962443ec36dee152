"""Which bytes are sent: every form of RFC 9110 sections 13 and 14, and whatever else a header field may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.web.byte_ranges import MAX_OPEN_RANGE, Conditions, PreconditionFailed, RangeNotSatisfiable, Verdict, Wanted, decide

TAG = '"0123abcd"'
SIZES = st.integers(0, 300)
POSITIONS = st.one_of(st.integers(0, 400), st.integers(0, 10**30))


def asked(value: str, size: int = 100, **more: str) -> Wanted:
    return decide(Conditions(ranges=(value,), **more), size, TAG, is_get=True)


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 99),
        ("bytes=10-19", 10, 19),
        ("bytes=10-1000", 10, 99),
        ("bytes=99-99999999999999999999999999999", 99, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-100", 0, 99),
        ("bytes=-101", 0, 99),
        ("bytes=-99999999999999999999999999999", 0, 99),
        ("BYTES=5-6", 5, 6),
        ("bytes= 5-6 ", 5, 6),
        ("bytes=, 5-6 ,,", 5, 6),
        ("bytes=0005-006", 5, 6),
    ],
)
def test_single_ranges_get_a_part(value: str, first: int, last: int) -> None:
    assert asked(value) == Wanted(Verdict.PART, first, last)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=1-2,3-4",
        "bytes=0-0,-1",
        "items=0-5",
        "bytes=1",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=\u0661-\u0662",
        "bytes 0-5",
        "bytes=--5",
        "=0-5",
    ],
)
def test_everything_else_gets_the_whole(value: str) -> None:
    assert asked(value) == Wanted(Verdict.WHOLE, 0, 99)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("bytes=100-", 100),
        ("bytes=100-200", 100),
        ("bytes=-0", 100),
        ("bytes=0-", 0),
        ("bytes=-5", 0),
        ("bytes=99999999999999999999-", 100),
    ],
)
def test_ranges_behind_the_end_are_refused_with_the_size(value: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        asked(value, size)
    assert (caught.value.status, caught.value.size) == (416, size)


def test_ranges_are_for_get_alone_and_for_one_field() -> None:
    whole = Wanted(Verdict.WHOLE, 0, 99)
    assert decide(Conditions(ranges=("bytes=0-5",)), 100, TAG, is_get=False) == whole
    assert decide(Conditions(ranges=("bytes=0-5", "bytes=0-5")), 100, TAG, is_get=True) == whole
    assert decide(Conditions(), 100, TAG, is_get=True) == whole


@pytest.mark.parametrize("validator", ['"other"', f"W/{TAG}", "Sun, 06 Nov 1994 08:49:37 GMT", "", "*", f"{TAG}, {TAG}"])
def test_if_range_needs_exactly_our_tag(validator: str) -> None:
    assert asked("bytes=0-5", if_range=validator).verdict is Verdict.WHOLE
    assert asked("bytes=0-5", if_range=f" {TAG} ") == Wanted(Verdict.PART, 0, 5)


def test_a_failed_if_range_hides_that_the_range_is_behind_the_end() -> None:
    assert asked("bytes=500-", if_range='"other"') == Wanted(Verdict.WHOLE, 0, 99)


def test_what_the_client_knows_is_not_sent_again() -> None:
    for known in (TAG, f"W/{TAG}", f'"a", {TAG}', "*"):
        assert asked("bytes=0-5", if_none_match=known).verdict is Verdict.UNCHANGED
    assert asked("bytes=0-5", if_none_match='"a"').verdict is Verdict.PART
    assert decide(Conditions(if_none_match=TAG), 100, TAG, is_get=False).verdict is Verdict.UNCHANGED


def test_if_match_needs_a_strong_tag_of_ours() -> None:
    assert asked("bytes=0-5", if_match=f'"a", {TAG}').verdict is Verdict.PART
    assert asked("bytes=0-5", if_match="*").verdict is Verdict.PART
    for other in ('"a"', f"W/{TAG}", "", "nonsense"):
        with pytest.raises(PreconditionFailed):
            asked("bytes=0-5", if_match=other)


@given(size=SIZES, first=POSITIONS, last=st.none() | POSITIONS)
def test_what_is_sent_is_what_slicing_says(size: int, first: int, last: int | None) -> None:
    file = bytes(index % 251 for index in range(size))
    text = f"bytes={first}-{'' if last is None else last}"
    expected = file[first:] if last is None else file[first : last + 1]
    if last is not None and last < first:
        assert asked(text, size).verdict is Verdict.WHOLE
        return
    if not expected:
        with pytest.raises(RangeNotSatisfiable):
            asked(text, size)
        return
    found = asked(text, size)
    assert found.verdict is Verdict.PART and found.length == len(expected)
    assert file[found.first : found.last + 1] == expected


@given(size=SIZES, length=POSITIONS)
def test_a_suffix_is_what_slicing_says(size: int, length: int) -> None:
    file = bytes(index % 251 for index in range(size))
    expected = file[-length:] if length else b""
    if not expected:
        with pytest.raises(RangeNotSatisfiable):
            asked(f"bytes=-{length}", size)
        return
    found = asked(f"bytes=-{length}", size)
    assert file[found.first : found.last + 1] == expected


@given(value=st.text(max_size=40), size=SIZES, more=st.text(max_size=20))
def test_any_text_gets_an_answer_within_the_file(value: str, size: int, more: str) -> None:
    for text in (value, f"bytes={value}"):
        try:
            found = decide(Conditions((text,), None, more, more), size, TAG, is_get=True)
        except RangeNotSatisfiable:
            continue
        assert found.verdict is Verdict.UNCHANGED or 0 <= found.first <= found.last + 1 <= size


def test_a_range_without_an_end_is_answered_in_parts() -> None:
    size = 3 * MAX_OPEN_RANGE + 5
    got, first = 0, 0
    while first < size:
        wanted = asked(f"bytes={first}-", size)
        assert (wanted.verdict, wanted.first) == (Verdict.PART, first) and 0 < wanted.length <= MAX_OPEN_RANGE
        got, first = got + wanted.length, wanted.last + 1
    assert got == size
    assert asked(f"bytes=0-{size - 1}", size).length == size
