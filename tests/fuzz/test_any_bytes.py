"""Hypothesis against every parser of outside bytes: anything at all, and good inputs with a part exchanged.

What it finds it shrinks and prints; the input then belongs into crashes/<parser>/, where test_mutations.py tries it for ever.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutation import judge
from tests.fuzz.targets import targets

TARGETS = targets()
MAX_BYTES = 1600  # a little above what a datagram may have; longer inputs are refused by length before they are parsed


@st.composite
def altered(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A good input of which a stretch was dropped, doubled, or replaced by anything, twice at most."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        middle = draw(st.one_of(st.just(b""), st.just(data[start:end] * 2), st.binary(max_size=40)))
        data = data[:start] + middle + data[end:]
    return data


@pytest.mark.parametrize("name", sorted(TARGETS))
@given(data=st.data())
def test_any_bytes_raise_one_type(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    source = data.draw(st.binary(max_size=MAX_BYTES) | altered(target.seeds))
    escaped = judge(target, source)
    assert escaped is None, f"{escaped!r} by {source!r}"
