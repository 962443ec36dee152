"""What is kept of an answer for when its command comes again: where it shows a row with people's words, the row's id alone.

Words have times of their own after which they go, and are kept once. A repeated command gets its answer made from the rows anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from telemed.care import views
from telemed.care.oncall import views as on_call
from telemed.care.ports import Json
from telemed.care.queues.views import line_view
from telemed.care.recording.live_views import marker_view
from telemed.care.repositories import Transaction
from telemed.errors import NotFound
from telemed.signaling.visit import CHAT_LINES

ROWS = "rows"  # of a kept answer: by field, which row, or which rows, it shows

Show = Callable[[Transaction, str], Awaitable[Json | None]]


async def _message(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.messages.get(row_id)
    return None if row is None else views.message_view(row)


async def _handover(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.handovers.get(row_id)
    return None if row is None else on_call.handover_view(row)


async def _page(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.pages.get(row_id)
    return None if row is None else on_call.page_view(row, await tx.pages.rings([row_id]))


async def _vital(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.vitals.get(row_id)
    return None if row is None else on_call.vital_view(row)


async def _session(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.sessions.get(row_id)
    return None if row is None else views.staff_session_view(row)


async def _participant(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.participants.get(row_id)
    return None if row is None else views.participant_view(row, row)  # an answer has nobody's but the asker's own


async def _marker(tx: Transaction, row_id: str) -> Json | None:
    row = await tx.markers.get(row_id)
    return None if row is None else marker_view(row)


_SHOWN: Mapping[str, Show] = {
    "message": _message,
    "handover": _handover,
    "page": _page,
    "vital": _vital,
    "session": _session,
    "participant": _participant,
    "marker": _marker,
}


def bare(answer: Json) -> Json:
    """Return what is kept of an answer."""
    rows: Json = {name: answer[name]["id"] for name in _SHOWN if name in answer}
    if "messages" in answer:
        rows["messages"] = [line["id"] for line in answer["messages"]]
    if not rows:
        return answer
    return {name: value for name, value in answer.items() if name not in rows} | {ROWS: rows}


async def whole(tx: Transaction, kept: Json) -> Json:
    """Return the answer as it is given. Raises NotFound where a row is there no more."""
    if ROWS not in kept:
        return kept  # it never held words, or an earlier version kept them
    answer = {name: value for name, value in kept.items() if name != ROWS}
    for name, row in kept[ROWS].items():
        shown = await _lines(tx, row) if name == "messages" else await _SHOWN[name](tx, row)
        if shown is None:
            raise NotFound()
        answer[name] = shown
    return answer


async def _lines(tx: Transaction, message_ids: list[str]) -> list[Json] | None:
    """The chat with somebody who waits, as the list shows it."""
    newest = await tx.messages.get(message_ids[-1]) if message_ids else None
    if newest is None:
        return None if message_ids else []
    entry = await tx.queue_entries.of_session(newest.session_id)
    if entry is None:
        return None
    lines = await tx.messages.in_session(newest.session_id, CHAT_LINES)
    return [views.message_view(line) | line_view(line, entry) for line in lines if line.sequence <= newest.sequence]
