"""Names and flags of our cookies (protocol section 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

STAFF = "telemed_staff"
PERSON = "telemed_person"
PROVIDER = "telemed_provider"
SEAT = "telemed_seat_"  # followed by the last characters of the session id: one cookie per session
SEAT_SUFFIX_LENGTH = 8
_SECRET = re.compile(r"[A-Za-z0-9_-]{22}")  # as `ids.new_secret` makes them
HOST_PREFIX = "__Host-"  # RFC 6265bis 4.1.3.2: Secure, this host only, path /


@dataclass(frozen=True, slots=True)
class CookieJar:
    """Writes and reads our cookies. `secure` is False only when the server is reached over plain HTTP (demo on loopback)."""

    secure: bool

    @property
    def staff_name(self) -> str:
        """The cookie that holds a staff login token."""
        return HOST_PREFIX + STAFF if self.secure else STAFF

    @property
    def person_name(self) -> str:
        """The cookie that holds the login token of a patient or carer."""
        return HOST_PREFIX + PERSON if self.secure else PERSON

    @property
    def provider_name(self) -> str:
        """The cookie that binds a sign-in at the clinic's provider to the browser that began it."""
        return HOST_PREFIX + PROVIDER if self.secure else PROVIDER

    def provider_token(self, cookies: Mapping[str, str]) -> str | None:
        """The secret of the sign-in this browser began, None for anything that cannot be one."""
        token = cookies.get(self.provider_name, "")
        return token if _SECRET.fullmatch(token) else None

    def seat_name(self, session_id: str) -> str:
        """The cookie that holds the seat token of one session."""
        name = SEAT + session_id[-SEAT_SUFFIX_LENGTH:]
        return HOST_PREFIX + name if self.secure else name

    def seats(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that hold a seat."""
        prefix = HOST_PREFIX + SEAT if self.secure else SEAT
        return tuple(name for name in names if name.startswith(prefix))

    def set(self, response: web.Response, name: str, token: str, max_age: int) -> None:
        """Put a token into the browser: unreadable for scripts, not sent along by other sites' requests. `max_age` in seconds."""
        response.set_cookie(name, token, max_age=max_age, path="/", httponly=True, samesite="Lax", secure=self.secure)

    def clear(self, response: web.Response, name: str) -> None:
        """Take a cookie away."""
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=self.secure)
