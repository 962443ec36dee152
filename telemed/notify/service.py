"""What the rest of the server sees of notify: is there a way out, look now, try one, what became of it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from telemed.care.notify import compose
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted
from telemed.care.notify.delivery import FINISHED
from telemed.care.notify.ports import Gateway
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.notify.reports import DeliveryReport
from telemed.care.ports import Store
from telemed.clock import Clock
from telemed.errors import NotFound, Unavailable
from telemed.ids import new_id
from telemed.notify.log_gateway import LogGateway, Shown
from telemed.notify.two_routes import TwoRoutes
from telemed.notify.worker import Worker

_CODE = re.compile(r"\b[0-9]{6}\b")
TEST_LIFE = timedelta(minutes=5)  # a test that comes tomorrow confuses more than it tells
TEST_WAIT_SECONDS = 25.0  # below the 30 s of the admin socket
TEST_POLL_SECONDS = 0.1
log = logging.getLogger(__name__)


class Notify:
    """The worker with what is asked of it. Fulfils `Notifier` and `DeliveryReports` of `care.notify.ports`."""

    def __init__(self, store: Store, clock: Clock, worker: Worker, gateways: Mapping[Medium, Gateway]) -> None:
        self._store = store
        self._clock = clock
        self._worker = worker
        self._gateways = gateways
        self._reports: Counter[str] = Counter()  # by effect

    def start(self) -> None:
        """Begin to send."""
        self._worker.start()

    async def stop(self) -> None:
        """Stop sending; see `Worker.stop`."""
        await self._worker.stop()

    def can_send(self, medium: Medium) -> bool:
        """Whether this medium is configured."""
        return self._worker.can_send(medium)

    def has_second_route(self) -> bool:
        """Whether SMS have a second gateway."""
        return isinstance(self._gateways.get(Medium.SMS), TwoRoutes)

    def wake(self) -> None:
        """Look at the outbox now."""
        self._worker.wake()

    def figures(self) -> dict[str, int]:
        """Counts for status and metrics: of the worker, and of delivery reports by what they came to."""
        reports = {f"reports_{effect}": count for effect, count in sorted(self._reports.items())}
        return self._worker.figures() | reports

    async def take_report(self, report: DeliveryReport) -> None:
        """Note what a gateway says later. Raises Unavailable."""
        async with self._store.write() as tx:
            effect = await tx.outbox.report(report, self._clock.utcnow())
        self._reports[effect.value] += 1
        log.info("delivery report said=%s effect=%s", report.said.value if report.said else "another word", effect.value)

    def recent(self) -> list[Shown]:
        """What the demo would have sent, newest first; nothing outside a demo."""
        for gateway in self._gateways.values():
            if isinstance(gateway, LogGateway):
                return gateway.recent()
        return []

    def recent_code(self, recipient: str) -> str | None:
        """The code in the last message a demo "sent" to a number or address; None outside a demo, and before there is one."""
        for shown in self.recent():
            if shown.recipient == recipient and shown.template == Template.CHANNEL_CODE:
                found = _CODE.search(shown.text)
                return found[0] if found else None
        return None

    async def send_again(self, message_id: str) -> OutboxMessage:
        """The explicit "send again" of a failed or unknown message; its new message. Raises NotFound, Conflict."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            old = await tx.outbox.get(message_id)
            if old is None:
                raise NotFound()
            fresh = await tx.outbox.put(compose.again(old, new_id("out"), now))
        self.wake()
        return fresh

    async def test(self, recipient: str) -> OutboxMessage:
        """Send the test message to an address or number and wait for what becomes of it, at most TEST_WAIT_SECONDS.

        Raises InvalidInput for a recipient of the wrong form, Unavailable without a way out.
        """
        medium = Medium.MAIL if "@" in recipient else Medium.SMS
        compose.check_recipient(medium, recipient)
        if not self.can_send(medium):
            raise Unavailable("No server is configured for this kind of message.")
        queued = await self._put_test(medium, recipient)
        self.wake()
        try:
            async with asyncio.timeout(TEST_WAIT_SECONDS):
                return await self._ended(queued)
        except TimeoutError:
            return await self._now(queued)

    async def _put_test(self, medium: Medium, recipient: str) -> OutboxMessage:
        now, message_id = self._clock.utcnow(), new_id("out")
        async with self._store.write() as tx:
            clinic = await tx.organisations.first()
            if clinic is None:
                raise NotFound()
            wanted = Wanted(
                id=message_id,
                organisation_id=clinic.id,
                medium=medium,
                recipient=recipient,
                template=Template.TEST,
                language="en",
                about_id=clinic.id,
                dedupe_key=f"test:{message_id}",
                expires_at=now + TEST_LIFE,
            )
            return await tx.outbox.put(compose.compose(wanted, now))

    async def _ended(self, message: OutboxMessage) -> OutboxMessage:
        """The message once it ended, or once an attempt was put off: then the fault is told, not waited for."""
        while True:
            found = await self._now(message)
            if found.state in FINISHED or found.error:
                return found
            await asyncio.sleep(TEST_POLL_SECONDS)

    async def _now(self, message: OutboxMessage) -> OutboxMessage:
        async with self._store.read() as tx:
            return await tx.outbox.get(message.id) or message
