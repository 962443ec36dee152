"""Known devices: a browser that signed in to an account keeps a mark of it, so that strangers cannot shut its owner out.

The mark is a signed statement "who holds this signed in to that account at this time" (OWASP: device cookies). It opens nothing:
it only chooses which limit of failed sign-ins counts. It travels with sign-in requests alone and names nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from aiohttp import web

NAME = "telemed_device_"  # followed by letters that only the server can tell to belong to an account
SECURE_PREFIX = "__Secure-"  # RFC 6265bis 4.1.3.1; not __Host-, which would send it with every file of every page
PATH = "/api/v1/auth"
LIFE = timedelta(days=90)  # since the last sign-in: longer than a long leave
MAX_KEPT = 8  # accounts one browser is known for: a ward's machine. The rest is forgotten; requests stay small
_NAME_BYTES = 6
_VALUE = re.compile(r"(\d{1,12})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")


class DeviceCookies:
    """Writes and checks the marks. `key`: at least 32 bytes, for nothing else. `account`: what `SignIn` calls an account."""

    def __init__(self, key: bytes, secure: bool) -> None:
        self._key = key
        self._secure = secure

    def known(self, request: web.Request, account: str, now: datetime) -> str | None:
        """Return the device's own id when this browser signed in to `account` within LIFE, else None."""
        found = _VALUE.fullmatch(request.cookies.get(self._name(account), ""))
        if found is None:
            return None
        at, nonce, signature = found.groups()
        if not hmac.compare_digest(signature, self._signature(account, at, nonce)):
            return None
        age = now.timestamp() - int(at)
        return nonce if age < LIFE.total_seconds() else None

    def put(self, request: web.Request, response: web.Response, account: str, now: datetime) -> None:
        """Mark the browser of a successful sign-in anew; one known for too many accounts forgets the others."""
        name = self._name(account)
        nonce, at = secrets.token_urlsafe(16), str(int(now.timestamp()))
        value = f"{at}.{nonce}.{self._signature(account, at, nonce)}"
        prefix = self._prefix + NAME
        others = [other for other in request.cookies if other.startswith(prefix) and other != name]
        for surplus in others[MAX_KEPT - 1 :]:
            response.del_cookie(surplus, path=PATH, httponly=True, samesite="Lax", secure=self._secure)
        seconds = int(LIFE.total_seconds())
        response.set_cookie(name, value, max_age=seconds, path=PATH, httponly=True, samesite="Lax", secure=self._secure)

    @property
    def _prefix(self) -> str:
        return SECURE_PREFIX if self._secure else ""

    def _name(self, account: str) -> str:
        letters = base64.urlsafe_b64encode(self._mac("name", account)[:_NAME_BYTES]).decode("ascii")
        return self._prefix + NAME + letters

    def _signature(self, account: str, at: str, nonce: str) -> str:
        mac = self._mac("mark", account, at, nonce)
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")

    def _mac(self, *parts: str) -> bytes:
        return hmac.new(self._key, "|".join(parts).encode(), hashlib.sha256).digest()
