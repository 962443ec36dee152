"""The steps around every handler of the API, in one order: origin, identity, permission, rate, secret, body, handler, answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from aiohttp import web

from telemed.care.identity import Identity, actor_id
from telemed.care.permissions import Action, grants
from telemed.care.staff.sign_in_steps import is_proved
from telemed.errors import NotAllowed, NotSignedIn, TelemedError, TooMany
from telemed.web.bodies import UnsupportedType, read_model
from telemed.web.call import Call, Reply, Services
from telemed.web.identify import Callers
from telemed.web.origin import SAFE_METHODS, may_change_state
from telemed.web.reach_guard import check_reach
from telemed.web.request_models import AsBody, Body, Empty
from telemed.web.route import Route
from telemed.web.source import forwarded_for, source_key
from telemed.web.throttle import Throttle

_EMPTY = Empty()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Answers one route. What a session's own rules allow beyond the role (whose session, which state) `Visits` decides."""

    route: Route
    services: Services
    throttle: Throttle
    strangers: Throttle  # shared by all routes: per address, of requests that bring no identity

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Run the steps. Raises TelemedError; the middleware turns it into an answer."""
        settings = self.services.deps.settings
        changes_state = request.method not in SAFE_METHODS
        if changes_state and not may_change_state(request.headers, settings.origins):
            raise NotAllowed(code="wrong_origin")
        source = source_key(request.remote, forwarded_for(request), settings.trusted_proxies)
        callers = self._unlocked(request, await self._known_callers(request, source))
        self._limit(callers, source)
        if self.route.secret is not None:
            self.route.secret(request.headers, settings)
        if self.route.raw and request.content_type not in self.route.raw:
            raise UnsupportedType(f"The body must be {' or '.join(self.route.raw)}.")
        reads = changes_state and not self.route.raw
        body = await read_model(request, self.route.body, self.route.body_limit) if reads else _EMPTY
        self._check_proof(callers)
        call = self._call(request, callers, body, source)
        if call.identity is not None:
            await check_reach(self.services.deps.store, call.identity, request.match_info)
        reply = await self.route.handler(call)
        return reply.stream if reply.stream is not None else self._response(request, reply)

    def _unlocked(self, request: web.Request, callers: Callers) -> Callers:
        """Leave a member of staff out whose pages are locked, but for what unlocks them and for a call in progress."""
        login = callers.login
        if login is None or login.locked_at is None or self.route.while_locked:
            return callers
        if self.route.is_for_seats and self.services.deps.visits.in_call(login.id, request.match_info["id"]):
            return callers
        if callers.seat is not None:
            return Callers(seat=callers.seat)
        raise NotAllowed("These pages are locked.", code="locked")

    def _check_proof(self, callers: Callers) -> None:
        """Raise NotAllowed `proof_needed` when the route asks for a proof and the last one is too old."""
        if not self.route.needs_proof:
            return
        if callers.login is None or not is_proved(callers.login, self.services.deps.clock.utcnow()):
            raise NotAllowed("Please show again who you are.", code="proof_needed")

    async def _known_callers(self, request: web.Request, source: str) -> Callers:
        """As `_callers`, but looking somebody up who turns out to be nobody is done so often for one address and no more."""
        if self.route.is_public:
            return Callers()
        services = self.services
        tokens, now = services.identifier.tokens(request), services.deps.clock.monotonic()
        wait = self.strangers.take(source, now)
        if wait > 0 and not services.familiar.may_ask(tokens, now):
            raise TooMany(retry_after=wait)
        try:
            callers = await self._callers(request)
        except TelemedError as error:
            if isinstance(error, NotSignedIn):
                services.familiar.forget(tokens)
            elif wait == 0:
                self.strangers.give_back(source)  # somebody we know, who may not do this
            raise
        if wait == 0:
            self.strangers.give_back(source)
        self._remember(request, callers)
        return callers

    def _remember(self, request: web.Request, callers: Callers) -> None:
        identifier, familiar = self.services.identifier, self.services.familiar
        if callers.staff is not None:
            familiar.note(identifier.staff_token(request))
        if callers.seat is not None:
            familiar.note(identifier.seat_token(request, request.match_info["id"]))
        if callers.person is not None:
            familiar.note(identifier.person_token(request))

    async def _callers(self, request: web.Request) -> Callers:
        """Find out who asks and whether the permission table grants the action to any of them."""
        identifier = self.services.identifier
        if self.route.is_for_persons:
            callers = await identifier.person(request)
            if callers.person is None:
                callers = await identifier.staff(request)  # to be told that it is nobody's own record
        elif not self.route.is_for_seats:
            callers = await identifier.staff(request, even_expired=self.route.action is Action.SIGN_OUT)
        else:
            callers = await identifier.callers(request, request.match_info["id"])
        if not callers.all:
            raise NotSignedIn("Please sign in or open your link again.")
        if not any(self._granted(who) for who in callers.all):
            raise NotAllowed()
        return callers

    def _granted(self, who: Identity) -> bool:
        """Tell whether the table grants the action to this kind of person at all."""
        return grants(who, self.route.action)

    def _limit(self, callers: Callers, source: str) -> None:
        known = callers.all
        wait = self.throttle.take(actor_id(known[0]) if known else source, self.services.deps.clock.monotonic())
        if wait > 0:
            raise TooMany(retry_after=wait)

    def _call(self, request: web.Request, callers: Callers, body: Body, source: str) -> Call:
        if self.route.is_public:
            return Call(request, self.services, body, source)
        identity = callers.pick(body.as_ if isinstance(body, AsBody) else None)
        if not self._granted(identity):
            raise NotAllowed()
        return Call(request, self.services, body, source, identity, callers.user, callers.login)

    def _response(self, request: web.Request, reply: Reply) -> web.Response:
        text = json.dumps(reply.content, ensure_ascii=False, separators=(",", ":"))
        response = web.Response(text=text, content_type="application/json", headers=reply.headers)
        for cookie in reply.cookies:
            self.services.jar.set(response, cookie.name, cookie.token, cookie.max_age)
        for name in reply.cleared:
            self.services.jar.clear(response, name)
        if reply.known_account is not None:
            now = self.services.deps.clock.utcnow()
            self.services.devices.put(request, response, reply.known_account, now)
        return response


def add_routes(app: web.Application, services: Services, routes: tuple[Route, ...]) -> None:
    """Register the route table."""
    strangers = Throttle(services.deps.settings.limits.strangers)
    for route in routes:
        endpoint = Endpoint(route, services, Throttle(route.rate), strangers)
        if route.method == "GET":
            app.router.add_get(route.pattern, endpoint.handle)  # answers HEAD too
        else:
            app.router.add_route(route.method, route.pattern, endpoint.handle)
