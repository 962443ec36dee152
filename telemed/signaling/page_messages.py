"""The message to somebody on call who has no page open: that there is a call, and where to answer it. Never why."""

from __future__ import annotations

from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.ports import Notifier
from telemed.care.notify.records import Medium
from telemed.care.oncall.paging import LATE_YES
from telemed.care.oncall.records import Duty, PageRing
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.errors import InvalidInput
from telemed.ids import new_id


class PageMessages:
    """Puts messages into the outbox, in the transaction that begins to ring."""

    def __init__(self, notifier: Notifier, base_url: str) -> None:
        self._notifier = notifier
        self._link = f"{base_url.rstrip('/')}/today"

    async def put(self, tx: Transaction, user: UserRecord, duty: Duty, ring: PageRing) -> None:
        """By SMS to the number in the roster, and by mail. An address that cannot be written to stops nothing."""
        ways = ((Medium.SMS, duty.phone), (Medium.MAIL, user.email))
        for medium, recipient in ways:
            if not recipient or not self._notifier.can_send(medium):
                continue
            wanted = Wanted(
                id=new_id("out"),
                organisation_id=user.organisation_id,
                medium=medium,
                recipient=recipient,
                template=Template.ON_CALL_PAGE,
                language=user.language or "en",
                about_id=ring.page_id,
                dedupe_key=f"page:{ring.id}:{medium.value}",
                expires_at=ring.started_at + LATE_YES,
                details={"link": self._link},
            )
            try:
                await tx.outbox.put(compose(wanted, ring.started_at))
            except InvalidInput:
                continue

    def sent(self) -> None:
        """The transaction is committed: send now."""
        self._notifier.wake()
