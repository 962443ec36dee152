"""A condition's row is written whatever comes of its run: what was reached, what was missed, or why it ended early."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator

from tests.net.conditions.record import DOCUMENT, write
from tests.net.conditions.verdict import Verdict

REASON = 160  # characters of what ended a run


@contextlib.contextmanager
def judged(condition: str, wanted: str, document: pathlib.Path = DOCUMENT) -> Iterator[Verdict]:
    """Yields the verdict to be filled. Raises what the run raised, and AssertionError when a figure was missed."""
    verdict = Verdict(condition, wanted)
    try:
        yield verdict
    except (AssertionError, TimeoutError) as failure:  # a call that did not come back, and the like
        reason = (str(failure) or type(failure).__name__).split("\n")[0][:REASON]
        verdict.holds(f"went to its end ({reason})", False)
        write(verdict.finding(), document)
        raise
    write(verdict.finding(), document)
    assert not verdict.missed, verdict.missed
