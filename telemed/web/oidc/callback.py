"""`GET /auth/oidc/callback`: where the provider sends the browser back to.

The address holds the code, which is the provider's doing. It is parked at once and the browser sent on to a clean address: the
one with the code enters neither its history nor a Referer, and our log names the route alone.
"""

from __future__ import annotations

from aiohttp import web

from telemed.web.call import Services
from telemed.web.oidc.begun import Purpose, read_answer
from telemed.web.source import forwarded_for, source_key
from telemed.web.throttle import Rate, Throttle

RATE = Rate(60, 60.0)  # per address: a ward's morning
PLACES = {Purpose.SIGN_IN: "/sign-in#provider", Purpose.LINK: "/account#provider"}


class OidcCallback:
    """Parks the answer. Everything that is wrong with it is told on the page, when that asks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._throttle = Throttle(RATE)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 303 whatever came."""
        services = self._services
        settings = services.deps.settings
        source = source_key(request.remote, forwarded_for(request), settings.trusted_proxies)
        wait = self._throttle.take(source, services.deps.clock.monotonic())
        read = read_answer({name: request.query.getall(name) for name in request.query})
        purpose = Purpose.SIGN_IN
        if read is not None and wait <= 0 and settings.oidc is not None:
            state, answer = read
            purpose = await services.oidc.park(services.jar.provider_token(request.cookies), state, answer)
        headers = {"Location": PLACES[purpose], "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(status=303, headers=headers)
