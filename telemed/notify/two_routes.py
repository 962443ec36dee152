"""SMS by two providers: each letter goes by the route that is written on it. What is repeated, and when, its cause decides."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.care.notify.ports import Gateway
from telemed.care.notify.records import Letter, Outcome, Route


class TwoRoutes:
    """Owns both gateways."""

    def __init__(self, first: Gateway, second: Gateway) -> None:
        self._ways: Mapping[Route, Gateway] = {Route.FIRST: first, Route.SECOND: second}

    async def send(self, letter: Letter) -> Outcome:
        """Hand it to the gateway of its route."""
        return await self._ways[letter.route].send(letter)

    async def close(self) -> None:
        """Let go of the connections of both."""
        for gateway in self._ways.values():
            await gateway.close()
