"""The chain names the first row that is not as written."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.audit_chain import GENESIS, Verifier, canonical, chained, row_hash, verify
from telemed.care.records import AuditRow

BARE = AuditRow(0, "2026-11-22T09:30:00.000000Z", "usr_1", "clinician", "session.read", "ses_1", "done", "", "")


def a_trail(length: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for number in range(length):
        rows.append(chained(replace(BARE, object_id=f"ses_{number}"), rows[-1] if rows else None))
    return rows


def test_a_trail_as_written_is_complete() -> None:
    rows = a_trail(20)
    verdict = verify(rows)
    assert (verdict.complete, verdict.rows, verdict.last_hash) == (True, 20, rows[-1].hash)
    assert verify([]).last_hash == GENESIS


def test_the_bytes_are_fixed() -> None:
    row = chained(BARE, None)
    assert canonical(row) == (
        b'[1,1,"2026-11-22T09:30:00.000000Z","usr_1","clinician","session.read","ses_1","done","' + b"0" * 64 + b'"]'
    )
    # As coreutils' sha256sum has it.
    assert row.hash == "748fbb796d2f6a407dc9bdf9509772fa12b09dda8e8a939b7f07aaa9e7303897"


@given(st.integers(0, 9), st.sampled_from([field.name for field in fields(AuditRow)]))
def test_an_edited_field_is_found_where_it_is(place: int, field: str) -> None:
    rows = a_trail(10)
    old = getattr(rows[place], field)
    rows[place] = replace(rows[place], **{field: old + 100 if isinstance(old, int) else old[:-1] + "!"})
    verdict = verify(rows)
    assert verdict.fault_at == place + 1
    assert verdict.rows == place


def test_a_row_edited_with_its_hash_breaks_the_next() -> None:
    rows = a_trail(10)
    forged = replace(rows[4], actor="usr_2")
    rows[4] = replace(forged, hash=row_hash(forged))
    assert verify(rows).fault_at == 6


@given(st.integers(0, 8))
def test_a_deleted_row_is_missing(place: int) -> None:
    rows = a_trail(10)
    del rows[place]
    verdict = verify(rows)
    assert (verdict.fault_at, verdict.fault) == (place + 1, "missing")


def test_exchanged_and_repeated_rows_are_named() -> None:
    rows = a_trail(10)
    assert verify(rows[:3] + [rows[4], rows[3]] + rows[5:]).fault_at == 4
    repeated = verify(rows[:5] + rows[4:])
    assert (repeated.fault_at, repeated.fault) == (6, "out of order")


def test_pages_give_the_same_verdict() -> None:
    rows = a_trail(10)
    verifier = Verifier()
    assert all(verifier.add(rows[start : start + 3]) for start in range(0, 10, 3))
    assert verifier.verdict() == verify(rows)
    assert not Verifier().add(rows[1:])


@pytest.mark.parametrize("value", ["Jane Doe", "a@b.example", "", "x" * 81, "line\nbreak", "12 Main Street", "ä"])
@pytest.mark.parametrize("field", ["actor", "role", "action", "object_id", "outcome"])
def test_rows_hold_ids_and_words_only(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="ids and words"):
        chained(replace(BARE, **{field: value}), None)
