"""How somebody can be reached after a visit. Pure: what is kept of them decides, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from telemed.care.aftercare.words import MessageWay
from telemed.care.notify.masking import masked
from telemed.care.notify.records import Medium
from telemed.care.patients.records import ChannelRecord
from telemed.care.persons import codes
from telemed.care.queues.records import EntryRecord


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `medium` and `recipient`: where the notice goes; None: there is no notice, the message waits on Home."""

    way: MessageWay
    medium: Medium | None = None
    recipient: str = field(default="", repr=False)

    @property
    def shown(self) -> str | None:
        """Where the notice goes, as staff may see it."""
        return None if self.medium is None else masked(self.medium, self.recipient)


def ways_to(
    channels: Iterable[ChannelRecord] | None, entry: EntryRecord | None, can_send: Callable[[Medium], bool]
) -> list[Way]:
    """Return the ways to the patient of a visit, the best first. `channels`: of the record it is attached to, None: of none.

    Home needs a confirmed number or address: nobody can sign in without one.
    """
    ways = []
    own = [one for one in channels or () if one.carer_id is None and one.verified_at is not None and one.revoked_at is None]
    if own:
        notices = [(codes.MEDIA[one.kind], one.value) for one in own if can_send(codes.MEDIA[one.kind])]
        notices.sort(key=lambda notice: notice[0] is not Medium.SMS)
        ways.append(Way(MessageWay.HOME, *notices[0]) if notices else Way(MessageWay.HOME))
    if entry is not None and entry.phone and can_send(Medium.SMS):
        ways.append(Way(MessageWay.LINK, Medium.SMS, entry.phone))
    return ways
