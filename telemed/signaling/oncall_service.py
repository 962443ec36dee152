"""Paging, handover and vital signs as HTTP asks for them: the parts wired together."""

from __future__ import annotations

from telemed.signaling.desk import Desk
from telemed.signaling.handover_desk import HandoverDesk
from telemed.signaling.page_clock import PageClock
from telemed.signaling.page_ladder import PageLadder
from telemed.signaling.page_messages import PageMessages
from telemed.signaling.paging_desk import PagingDesk
from telemed.signaling.vitals_desk import VitalsDesk


class OnCallService:
    """Fulfils `telemed.care.oncall.ports.OnCall`; its clock is started and stopped with the sockets."""

    def __init__(self, desk: Desk) -> None:
        def is_reached(user_id: str) -> bool:
            channel = desk.live.board.find(user_id)
            return channel is not None and bool(channel.connections)

        ladder = PageLadder(is_reached, PageMessages(desk.notifier, desk.settings.base_url))
        self.clock = PageClock(desk, ladder)
        self.paging = PagingDesk(desk, ladder, self.clock.poke)
        self.handovers = HandoverDesk(desk, is_reached)
        self.vitals = VitalsDesk(desk)
