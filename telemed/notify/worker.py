"""Empties the outbox: leases due messages, hands them to their gateways, notes what became of them.

One task looks every POLL_SECONDS (or when woken) and starts attempts, each a task of its own, owned here. Every lane has its own
bound of them, so that the link of an emergency waits neither for a hundred reminders nor for a silent provider. What is under way
when the server stops gets a few seconds; an attempt cut off then keeps its lease and is taken again after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telemed.care.notify import compose, delivery
from telemed.care.notify.compose import LinkMaker
from telemed.care.notify.lanes import Lane, lane_of
from telemed.care.notify.ports import Gateway
from telemed.care.notify.records import Fault, Letter, Medium, OutboxMessage, Outcome, Verdict
from telemed.care.ports import Store
from telemed.clock import Clock
from telemed.errors import TelemedError
from telemed.ids import short
from telemed.logs import describe

POLL_SECONDS = 1.0  # somebody waits for a code; one indexed read on a reader's connection
SEND_SECONDS = 60.0  # bound of one attempt; half a lease, so that nobody else takes a message while it is being sent
WIPE_SECONDS = 3600.0  # between looks for what must be forgotten
AT_ONCE = 4  # attempts of a lane at the same time; mail servers of clinics refuse many more
EMERGENCIES_AT_ONCE = 16  # links of emergencies by one route: more than a control room makes while a provider is silent
GRACE_SECONDS = 1.0  # for attempts under way when the server stops
PATIENCE_SECONDS = 10.0  # after a failure of the database
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Seconds and bounds, changed only by tests."""

    poll_seconds: float = POLL_SECONDS
    send_seconds: float = SEND_SECONDS
    wipe_seconds: float = WIPE_SECONDS
    grace_seconds: float = GRACE_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    at_once: int = AT_ONCE
    emergencies_at_once: int = EMERGENCIES_AT_ONCE

    def at_once_in(self, lane: Lane) -> int:
        """Attempts of this lane at the same time."""
        return self.emergencies_at_once if lane in (Lane.EMERGENCY, Lane.SECOND) else self.at_once


class Worker:
    """Owns its loop, the attempts under way and the gateways. `start`, then `stop`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        gateways: Mapping[Medium, Gateway],
        links: LinkMaker,
        chance: Callable[[], float],
        settings: WorkerSettings | None = None,
    ) -> None:
        """`chance` returns a random number from 0 to 1; a medium without a gateway is not configured."""
        self._store = store
        self._clock = clock
        self._gateways = gateways
        self._links = links
        self._chance = chance
        self._settings = settings or WorkerSettings()
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None
        self._attempts: dict[asyncio.Task[None], Lane] = {}
        self._counts: Counter[str] = Counter()
        self._wiped_at: float | None = None

    def can_send(self, medium: Medium) -> bool:
        """Whether a message of this medium has a way out: without one, people are shown what they must pass on themselves."""
        return medium in self._gateways

    def wake(self) -> None:
        """Look at the outbox now: a message was put there, and its transaction is committed."""
        self._woken.set()

    def figures(self) -> dict[str, int]:
        """Counts since the start: ends of attempts by state, and attempts under way. Nothing about anybody."""
        return {"under_way": len(self._attempts), **dict(sorted(self._counts.items()))}

    def start(self) -> None:
        """Begin to look."""
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="notify")

    async def stop(self) -> None:
        """Take nothing new, give what is under way its grace, end the rest, close the gateways."""
        self._stopping = True
        self.wake()
        if self._loop is not None:
            await self._loop
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=self._settings.grace_seconds)
        for task in self._attempts:
            task.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
        for gateway in self._gateways.values():
            await gateway.close()

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            pause = self._settings.poll_seconds
            try:
                await self._look()
            except TelemedError as error:
                log.warning("the outbox cannot be read code=%s", error.code)
                pause = self._settings.patience_seconds
            except Exception:  # noqa: BLE001 - the boundary of the loop: messages must go on after a fault of ours
                log.exception("looking at the outbox failed")
                pause = self._settings.patience_seconds
            if not self._stopping:
                await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _look(self) -> None:
        """Start attempts on what is due, as far as there is room; forget what is over."""
        now = self._clock.utcnow()
        room = self._room()
        async with self._store.read() as tx:
            due = [lane for lane in room if await tx.outbox.has_due(now, lane)] if await tx.outbox.has_due(now) else []
        if due:
            async with self._store.write() as tx:
                taken = [message for lane in due for message in await tx.outbox.take(now, room[lane], lane)]
            for message in taken:
                self._begin(message)
        await self._forget()

    def _room(self) -> dict[Lane, int]:
        """How many attempts may begin, for each lane where one may."""
        under_way = Counter(self._attempts.values())
        room = {lane: self._settings.at_once_in(lane) - under_way[lane] for lane in Lane}
        return {lane: left for lane, left in room.items() if left > 0}

    def _begin(self, message: OutboxMessage) -> None:
        task = asyncio.create_task(self._attempt(message), name="notify attempt")
        self._attempts[task] = lane_of(message)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._attempts.pop(task, None)
        self.wake()
        if not task.cancelled() and task.exception() is not None:
            log.error("an attempt failed", exc_info=task.exception())

    async def _attempt(self, message: OutboxMessage) -> None:
        """One try, and the note of it. Ids, template and states alone are logged."""
        outcome = await self._try(message)
        settled = delivery.settle(message, outcome, self._clock.utcnow(), self._chance())
        async with self._store.write() as tx:
            noted = await tx.outbox.settle(settled)
        self._counts[settled.state.value if noted else "overtaken"] += 1
        log.info(
            "message id=%s template=%s attempt=%d state=%s error=%s",
            short(message.id),
            message.template,
            message.attempts,
            settled.state.value if noted else "overtaken",
            settled.error.value or "none",
        )

    async def _try(self, message: OutboxMessage) -> Outcome:
        gateway = self._gateways.get(message.medium)
        if gateway is None:
            return Outcome(Verdict.REFUSED, Fault.NOT_CONFIGURED)
        try:
            if compose.values_gone(message):
                return Outcome(Verdict.REFUSED, Fault.SEALED)
            letter = await self._letter(message)
        except TelemedError as error:
            if error.status >= 500:
                return Outcome(Verdict.RETRY, Fault.INTERNAL)  # the database, for the moment
            return Outcome(Verdict.REFUSED, Fault.TEMPLATE)
        return await self._hand_over(gateway, letter)

    async def _hand_over(self, gateway: Gateway, letter: Letter) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.send_seconds):
                return await gateway.send(letter)
        except TimeoutError:
            return Outcome(Verdict.UNSURE, Fault.NO_ANSWER)
        except Exception as error:  # noqa: BLE001 - the boundary of a gateway: its text may hold the recipient
            log.error("a gateway failed %s", describe(error))  # noqa: TRY400 - type and places only
            return Outcome(Verdict.UNSURE, Fault.INTERNAL)

    async def _letter(self, message: OutboxMessage) -> Letter:
        """Render with the clinic's own wording, read now: a wording mended since is used."""
        async with self._store.read() as tx:
            clinic = await tx.organisations.get(message.organisation_id)
            own = await tx.templates.get(message.organisation_id, message.template, message.language, message.medium)
        if clinic is None:
            raise TelemedError("A message belongs to no organisation.")
        return compose.letter(message, clinic, own, self._links)

    async def _forget(self) -> None:
        """Wipe values and recipients whose time is over, once an hour and after a start."""
        now = self._clock.monotonic()
        if self._wiped_at is not None and now - self._wiped_at < self._settings.wipe_seconds:
            return
        self._wiped_at = now
        async with self._store.write() as tx:
            await tx.outbox.wipe(self._clock.utcnow())
