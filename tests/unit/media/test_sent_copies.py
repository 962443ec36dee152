"""What went out to a subscriber is found again, as it was, while it is of use."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.sent_copies import CAPACITY, MAX_AGE, SentCopies


@given(first=st.integers(0, 65535), count=st.integers(1, 200), asked=st.integers(0, 65535))
def test_only_what_was_sent_is_returned(first: int, count: int, asked: int) -> None:
    copies = SentCopies()
    sent = {}
    for step in range(count):
        sequence = (first + step) & 0xFFFF
        sent[sequence] = b"packet %d" % step
        copies.store(sequence, sent[sequence], 1.0)
    found = copies.get(asked, 1.0)
    newest = {(first + step) & 0xFFFF for step in range(max(count - CAPACITY, 0), count)}
    assert found == (sent[asked] if asked in newest else None)


def test_what_is_too_late_is_not_returned() -> None:
    copies = SentCopies()
    copies.store(7, b"sound", 10.0)
    assert copies.get(7, 10.0 + MAX_AGE) == b"sound"
    assert copies.get(7, 10.1 + MAX_AGE) is None
    assert copies.get(7 + CAPACITY, 10.0) is None
