"""Whatever is done to a trail, a head that was kept elsewhere finds it; a head that was tampered with is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.audit_chain import CUT_OFF, OTHER_TRAIL, REWRITTEN, Head, chained, verify
from telemed.care.audit_checkpoint import (
    Checkpoint,
    Statement,
    from_bytes,
    is_signed,
    key_id,
    public_key,
    sign,
    signed_bytes,
    stamp,
    to_text,
)
from telemed.care.records import AuditRow
from telemed.errors import InvalidInput

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BARE = AuditRow(0, "2026-11-22T09:30:00.000000Z", "usr_1", "clinician", "session.read", "ses_1", "done", "", "")
LENGTH = 30


def rechained(rows: list[AuditRow], start: int = 0) -> list[AuditRow]:
    """The trail as somebody writes it anew who knows how: sound in itself."""
    out = rows[:start]
    for row in rows[start:]:
        out.append(chained(row, out[-1] if out else None))
    return out


def a_trail(length: int = LENGTH) -> list[AuditRow]:
    return rechained([replace(BARE, object_id=f"ses_{number}") for number in range(length)])


def statement_of(rows: list[AuditRow], key: Ed25519PrivateKey = KEY) -> Statement:
    last, at = rows[-1], stamp(datetime(2026, 11, 22, 0, 0, 5, tzinfo=UTC))
    return Statement("2026-11-22", rows[0].hash, last.sequence, last.hash, last.at, key_id(key.public_key()), at)


def heads_of(rows: list[AuditRow]) -> tuple[Head, Head]:
    return sign(statement_of(rows), KEY).heads


@st.composite
def tamperings(draw: st.DrawFn) -> list[AuditRow]:
    """A trail to which somebody did something, with or without mending the chain behind it."""
    rows = a_trail()
    place = draw(st.integers(0, LENGTH - 1))
    other = draw(st.integers(0, LENGTH - 1).filter(lambda number: number != place))
    kind = draw(st.sampled_from(["edit", "delete", "insert", "exchange", "cut", "empty"]))
    if kind == "edit":
        field = draw(st.sampled_from(["at", "actor", "role", "action", "object_id", "outcome"]))
        rows[place] = replace(rows[place], **{field: "changed"})
    elif kind == "delete":
        del rows[place]
    elif kind == "insert":
        rows.insert(place, replace(rows[place], actor="usr_9"))
    elif kind == "exchange":
        rows[place], rows[other] = rows[other], rows[place]
    else:
        rows = rows[:place] if kind == "cut" else []
    renumber = draw(st.booleans())
    if renumber:
        rows = [replace(row, sequence=number) for number, row in enumerate(rows, 1)]
    if draw(st.booleans()):
        rows = rechained(rows, draw(st.sampled_from([0, min(place, len(rows))])))
    more = draw(st.integers(0, 5))  # and the server went on
    return rechained([*rows, *[replace(BARE, actor="usr_5")] * more], len(rows))


@given(tamperings(), st.integers(1, LENGTH))
def test_every_tampering_is_found_against_a_kept_head(rows: list[AuditRow], earlier: int) -> None:
    original = a_trail()
    kept = [*heads_of(original), *heads_of(original[:earlier])]
    verdict = verify(rows, kept)
    assert not verdict.complete
    # What is called proven is as it was written, and the place named lies behind it.
    assert rows[: verdict.proven] == original[: verdict.proven]
    assert verdict.fault_at is not None
    assert verdict.proven <= verdict.rows < (verdict.fault_to or verdict.fault_at) + 1
    assert verdict.fault_at > verdict.proven


def test_a_trail_as_written_agrees_with_all_heads_that_were_kept() -> None:
    rows = a_trail()
    verdict = verify(rows, [*heads_of(rows[:10]), *heads_of(rows[:20]), *heads_of(rows)])
    assert (verdict.complete, verdict.proven, verdict.last_at) == (True, LENGTH, rows[-1].at)


def test_what_happened_is_told_apart() -> None:
    rows = a_trail()
    kept = [*heads_of(rows[:10]), *heads_of(rows[:20])]
    rolled_back = verify(rows[:15], kept)
    assert (rolled_back.fault, rolled_back.fault_at, rolled_back.fault_to) == (CUT_OFF, 16, 20)
    went_on = rechained([*rows[:15], *[replace(BARE, actor="usr_9")] * 10], 15)
    branched = verify(went_on, kept)
    assert (branched.fault, branched.fault_at, branched.fault_to) == (REWRITTEN, 11, 20)
    anew = verify(rechained([replace(row, actor="usr_9") for row in rows]), kept)
    assert (anew.fault, anew.fault_at, anew.fault_to) == (OTHER_TRAIL, 1, 1)


def test_the_signed_bytes_are_fixed() -> None:
    signed = Statement("2026-11-22", "a" * 64, 7, "b" * 64, BARE.at, "c" * 32, BARE.at)
    text = f'["telemed-audit-head 1","2026-11-22","{"a" * 64}",7,"{"b" * 64}","{BARE.at}","{"c" * 32}","{BARE.at}"]'
    assert signed_bytes(signed) == text.encode()


@pytest.mark.parametrize("name", ["day", "origin", "sequence", "hash", "row_at", "created_at"])
def test_a_changed_statement_has_no_valid_signature(name: str) -> None:
    checkpoint = sign(statement_of(a_trail()), KEY)
    assert is_signed(checkpoint, KEY.public_key())
    old = getattr(checkpoint.statement, name)
    new = old + 1 if isinstance(old, int) else old[:-1] + ("0" if old[-1] != "0" else "1")
    changed = replace(checkpoint, statement=replace(checkpoint.statement, **{name: new}))
    assert not is_signed(changed, KEY.public_key())


def test_a_head_of_another_installation_is_not_ours() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    theirs = sign(statement_of(a_trail(), other), other)
    assert is_signed(theirs, other.public_key())
    assert not is_signed(theirs, KEY.public_key())
    ours_in_name = replace(theirs, statement=replace(theirs.statement, key_id=key_id(KEY.public_key())))
    assert not is_signed(ours_in_name, KEY.public_key())
    with pytest.raises(ValueError, match="another key"):
        sign(theirs.statement, KEY)


def test_a_checkpoint_is_read_from_its_file_from_a_mail_and_from_pasted_text() -> None:
    checkpoint = sign(statement_of(a_trail()), KEY)
    text = to_text(checkpoint)
    assert max(map(len, text.splitlines())) <= 120
    mail = EmailMessage()
    mail["Subject"] = "The audit trail {of} a day"
    mail.set_content(f"Keep this.\n\n{text}\n", cte="quoted-printable")
    assert from_bytes(text.encode()) == from_bytes(mail.as_bytes()) == from_bytes(f"> look {{\n{text}\n}}".encode()) == checkpoint


def test_damaged_files_are_refused_by_name() -> None:
    good = json.loads(to_text(sign(statement_of(a_trail()), KEY)))
    bad = [good | {"sequence": 0}, good | {"sequence": True}, good | {"hash": "x"}, good | {"more": 1}, good | {"signature": "*"}]
    bad += [{name: value for name, value in good.items() if name != left} for left in good if left != "format"]
    for value in bad:
        with pytest.raises(InvalidInput, match="damaged"):
            from_bytes(json.dumps(value).encode())
    for content in (b"", b"{}", b"\xff" * 100, b"{" * 5000, b"0" * 70_000, json.dumps(good | {"format": "2"}).encode()):
        with pytest.raises(InvalidInput):
            from_bytes(content)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        assert isinstance(from_bytes(content), Checkpoint)
    except InvalidInput as refused:
        assert refused.field == "checkpoint"


def test_public_keys_are_read_as_they_were_printed() -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert key_id(public_key(pem)) == key_id(KEY.public_key())
    with pytest.raises(InvalidInput):
        public_key(b"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n")
