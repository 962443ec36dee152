"""From a letter to the bytes of a mail (RFC 5322): the few headers we mean, and none that a value could add."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from telemed.care.notify.records import Letter

POLICY = SMTP.clone(raise_on_defect=True)


def mail_message(letter: Letter, sender: str, now: datetime) -> bytes:
    """Return the mail with CRLF line ends. `now` is aware UTC.

    Message-ID is made of the id of the message: all attempts carry the same one, so that a server that got two keeps one
    (RFC 5322 section 3.6.4). Auto-Submitted keeps holiday notes from answering (RFC 3834 section 5).
    """
    user, _, domain = sender.rpartition("@")
    mail = EmailMessage(POLICY)
    mail["From"] = Address(_one_line(letter.sender_name), user, domain)
    mail["To"] = letter.recipient
    mail["Subject"] = _one_line(letter.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(letter.id, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def message_id(letter_id: str, sender: str) -> str:
    """The Message-ID of all attempts of a message."""
    return f"<{letter_id}@{sender.rpartition('@')[2]}>"


def _one_line(text: str) -> str:
    """Whatever stands in a header is one printable line (the texts come checked; this is the last door).

    What looks like an encoded word (RFC 2047 section 2) is taken apart: decoded, it could hold the line break we just removed.
    """
    printable = "".join(char if char.isprintable() else " " for char in text).replace("=?", "= ?")
    return " ".join(printable.split())
