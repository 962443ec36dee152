"""Mails as bytes: the headers we mean and no other, whatever stands in names, subjects and texts."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.care.notify.records import Letter
from telemed.notify import mail_message

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
]  # fmt: skip
WILD = (
    st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
    | st.text(alphabet='=?Qqb0DAü \r\n<>@"', max_size=40)
    | st.sampled_from(
        [
            "a\r\nBcc: victim@example.org",
            "a\nX: y",
            "a\r\n\r\nbody",
            "=?utf-8?q?=0D=0ABcc=3A_x=40y?=",
            "=??Q?=0D",
            "==??Q?=0A?=",
            '"; <x@y>',
            "\u2028Bcc: x",
            "ü" * 90,
        ]
    )
)


@settings(max_examples=60)
@given(name=WILD, subject=WILD, text=WILD)
def test_no_value_adds_a_header(name: str, subject: str, text: str) -> None:
    letter = Letter("out_1", "test", "pat.doe@example.org", subject, text, name)
    raw = mail_message(letter, "telemed@example.org", NOW)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert sorted(parsed.keys()) == sorted(HEADERS)
    assert parsed["To"].addresses[0].addr_spec == "pat.doe@example.org" and len(parsed["To"].addresses) == 1
    assert parsed["From"].addresses[0].addr_spec == "telemed@example.org" and len(parsed["From"].addresses) == 1
    assert parsed["Message-ID"] == "<out_1@example.org>"
    assert raw.isascii() and all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


def test_a_mail_as_people_read_it() -> None:
    letter = Letter("out_1", "test", "pat.doe@example.org", "Grüße", "Öffnen: https://care.example.org/j#abc\n\n.", "Klinik Möwe")
    parsed = message_from_bytes(mail_message(letter, "telemed@example.org", NOW), policy=policy.default)
    assert parsed["From"].addresses[0].display_name == "Klinik Möwe"
    assert parsed["Subject"] == "Grüße" and parsed["Auto-Submitted"] == "auto-generated"
    assert parsed.get_content().splitlines() == ["Öffnen: https://care.example.org/j#abc", "", "."]  # type: ignore[attr-defined]
