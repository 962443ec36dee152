"""Whose request is this? Reads cookies and bearer tokens (protocol section 1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web

from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.ports import Visits
from telemed.care.records import LoginRecord, UserRecord
from telemed.errors import NotSignedIn
from telemed.web.cookies import CookieJar
from telemed.web.persons.sign_in import PersonSignIn
from telemed.web.sign_in import SignIn

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")  # the form of every token we give out; anything else costs no look-up
_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Callers:
    """Everyone a request can prove to be. Within a session the seat goes first."""

    staff: Staff | None = None
    user: UserRecord | None = None  # the account behind `staff`
    seat: Seat | None = None
    login: LoginRecord | None = None  # what proves `staff`
    person: Person | None = None  # a patient or carer; never beside the others

    @property
    def all(self) -> tuple[Identity, ...]:
        """Those there are."""
        return tuple(who for who in (self.seat, self.staff, self.person) if who is not None)

    def pick(self, wanted: str | None) -> Identity:
        """Return the identity to act as; `wanted` is "staff", "seat" or None. Raises NotSignedIn."""
        order: dict[str | None, tuple[Identity | None, ...]] = {"staff": (self.staff,), "seat": (self.seat,)}
        for identity in order.get(wanted, (self.seat, self.staff, self.person)):
            if identity is not None:
                return identity
        raise NotSignedIn("Please sign in or open your link again.")


class Identifier:
    """Looks up who holds the tokens of a request."""

    def __init__(self, jar: CookieJar, sign_in: SignIn, visits: Visits, persons: PersonSignIn) -> None:
        self._jar = jar
        self._sign_in = sign_in
        self._visits = visits
        self._persons = persons

    def staff_token(self, request: web.Request) -> str | None:
        """Return the token that may be a staff login; a bearer token stands alone, cookies are then ignored."""
        return _well_formed(_bearer(request) or request.cookies.get(self._jar.staff_name))

    def seat_token(self, request: web.Request, session_id: str) -> str | None:
        """Return the token that may be a seat of this session."""
        return _well_formed(_bearer(request) or request.cookies.get(self._jar.seat_name(session_id)))

    def tokens(self, request: web.Request) -> list[str]:
        """Return every token of a request that may prove somebody."""
        bearer = _bearer(request)
        names = (self._jar.staff_name, self._jar.person_name, *self._jar.seats(request.cookies))
        found = [bearer] if bearer else [request.cookies.get(name) for name in names]
        return [token for token in map(_well_formed, found) if token is not None]

    async def staff(self, request: web.Request, even_expired: bool = False) -> Callers:
        """Look for a member of staff only; `even_expired` to sign out, as an expired login may still carry a call."""
        token = self.staff_token(request)
        found = await self._sign_in.who(token, lambda _: even_expired) if token else None
        return Callers(found.staff, found.user, login=found.login) if found else Callers()

    def person_token(self, request: web.Request) -> str | None:
        """Return the token that may be the login of a patient or carer."""
        return _well_formed(_bearer(request) or request.cookies.get(self._jar.person_name))

    async def person(self, request: web.Request) -> Callers:
        """Look for a patient or carer only."""
        token = self.person_token(request)
        return Callers(person=await self._persons.who(token) if token else None)

    async def callers(self, request: web.Request, session_id: str) -> Callers:
        """Look for a seat of this session and for a member of staff, whose login may be over while a call of it goes on."""
        staff_token = self.staff_token(request)
        found = (
            await self._sign_in.who(staff_token, lambda login_id: self._visits.in_call(login_id, session_id))
            if staff_token
            else None
        )
        token = self.seat_token(request, session_id)
        seat = await self._visits.seat(token) if token else None
        if seat is not None and seat.session_id != session_id:
            seat = None
        return Callers(found.staff, found.user, seat, found.login) if found else Callers(seat=seat)


def _bearer(request: web.Request) -> str | None:
    value = request.headers.get("Authorization", "")
    return value[len(_BEARER) :] if value.startswith(_BEARER) else None


def _well_formed(token: str | None) -> str | None:
    return token if token and _TOKEN.fullmatch(token) else None
