"""Runs every change of a visit: one write transaction, then the live picture, then those who watch. Never the other way round.

A change that has begun is carried through even when its caller goes away: otherwise a commit could stay untold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

from telemed.care.identity import SYSTEM, ActorRef
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import TelemedError, Unavailable
from telemed.signaling.command_kinds import kind_of
from telemed.signaling.faults import report_fault
from telemed.signaling.kept_answers import bare, whole
from telemed.signaling.step import Outcome, VisitStep

# How long after the call such work begins: the answer is on its way by then, and what there is to do cannot slow it.
PAUSE_SECONDS = 0.1
MAX_LATER = 100  # under way when something may still be begun for nobody who waits
MAX_WAITING = 500  # changes queued behind the writer; beyond that callers are told to come back

Work = Callable[[VisitStep], Awaitable[Json]]
Opening = Callable[[Transaction], Awaitable[tuple[VisitStep, Json]]]
Several = Callable[[Transaction], Awaitable[tuple[list[VisitStep], Json]]]
T = TypeVar("T")


class Transactor:
    """Serialises changes (the store has one writer anyway), so that what is told keeps the order of the commits."""

    def __init__(self, store: Store, clock: Clock, committed: Callable[[Outcome], None]) -> None:
        self._store = store
        self._clock = clock
        self._committed = committed
        self._order = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()

    async def command(self, session_id: str, actor: ActorRef, actor_id: str, command_id: str, work: Work) -> Json:
        """Carry out `work` once: a command repeated by the same actor gets the answer it got first. Raises Conflict
        `command_repeated` when that answered a command of another kind (`command_kinds`)."""

        @wraps(work)
        async def begin(tx: Transaction) -> tuple[VisitStep, Json]:
            step = await VisitStep.load(tx, session_id, self._clock.utcnow(), actor)
            return step, await work(step)

        return await self.opening(actor_id, command_id, begin)

    async def opening(self, actor_id: str, command_id: str, begin: Opening) -> Json:
        """Like `command` for a visit that `begin` finds or makes itself."""

        @wraps(begin)
        async def one(tx: Transaction) -> tuple[list[VisitStep], Json]:
            step, ack = await begin(tx)
            return [step, *step.beside], ack

        return await self.several_once(actor_id, command_id, one)

    async def several_once(self, actor_id: str, command_id: str, begin: Several) -> Json:
        """Like `opening` for any number of visits."""
        return await self._carry_through(self._with_ack(actor_id, command_id, begin))

    async def change(self, session_id: str, work: Work, actor: ActorRef = SYSTEM) -> Json:
        """Carry out `work` for which no acknowledgement is kept: it is idempotent, or the server's own."""

        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            step = await VisitStep.load(tx, session_id, self._clock.utcnow(), actor)
            return [step], await work(step)

        return await self.several(begin)

    async def several(self, begin: Several) -> Json:
        """Like `change` for any number of visits, which `begin` finds itself."""
        return await self._carry_through(self._without_ack(begin))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on after its caller was answered. Raises Unavailable when too much is under way: changes go first."""
        if len(self._running) >= MAX_LATER:
            work.close()
            raise Unavailable()
        self._begin(_after_the_answer(work))

    async def idle(self) -> None:
        """Wait until every change under way is committed and told."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def _with_ack(self, actor_id: str, command_id: str, begin: Several) -> Json:
        async with self._order:
            async with self._store.write() as tx:
                stored = await tx.acks.find(actor_id, command_id, kind_of(begin))
                if stored is not None:
                    return await whole(tx, stored)
                steps, ack = await begin(tx)
                outcomes = [await step.settle() for step in steps]
                await tx.acks.save(actor_id, command_id, bare(ack), self._clock.utcnow(), kind_of(begin))
            for outcome in outcomes:
                self._tell(outcome)
        return ack

    async def _without_ack(self, begin: Several) -> Json:
        async with self._order:
            async with self._store.write() as tx:
                steps, result = await begin(tx)
                outcomes = [await step.settle() for step in steps]
            for outcome in outcomes:
                self._tell(outcome)
        return result

    def _tell(self, outcome: Outcome) -> None:
        try:
            self._committed(outcome)
        except Exception as error:  # noqa: BLE001 - it is committed: the caller must get its answer whatever telling met
            report_fault("publish", error)

    async def _carry_through(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if len(self._running) >= MAX_WAITING:
            work.close()
            raise Unavailable()
        task = asyncio.create_task(work, name="visit-change")
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TelemedError):
            report_fault("visit-change", error)


async def _after_the_answer(work: Coroutine[Any, Any, None]) -> None:
    try:
        await asyncio.sleep(PAUSE_SECONDS)
        await work
    finally:
        work.close()
