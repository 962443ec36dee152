"""The step before every handler: what the path names must be in the reach of who asks (care/reach.py)."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.care import reach
from telemed.care.identity import Identity, Person, Seat
from telemed.care.ports import Store
from telemed.errors import NotFound


async def check_reach(store: Store, identity: Identity, named: Mapping[str, str]) -> None:
    """Raise NotFound for what belongs to another organisation or site, as for what is not there.

    What does not exist at all is left to the handler. A seat is bound to its session before this.
    """
    if not reach.is_known(named):
        raise NotFound()
    guarded = [(name, value) for name, value in named.items() if name in reach.GUARDED]
    if isinstance(identity, Seat) or not guarded:
        return
    if isinstance(identity, Person) and any(name == "patient_id" and value != identity.patient_id for name, value in guarded):
        raise NotFound()
    async with store.read() as tx:
        places = [await tx.places.of(name, value) for name, value in guarded]
    if any(place is not None and not reach.is_in_reach(identity, place) for place in places):
        raise NotFound()
