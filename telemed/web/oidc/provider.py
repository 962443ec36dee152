"""The provider as it describes itself (OpenID Connect Discovery 1.0), with its keys: fetched when needed, kept for an hour."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from telemed.clock import Clock
from telemed.errors import Unavailable
from telemed.web.oidc.fetch import Fetcher, Json
from telemed.web.oidc.id_token import Claims, Expected, UnknownKey, check, verified_email
from telemed.web.oidc.key_set import KeySet
from telemed.web.oidc.refusals import mistrusted, refused, unreachable
from telemed.web.oidc.settings import OidcSettings

DOCUMENT = "/.well-known/openid-configuration"
KEPT_SECONDS = 3600.0  # description and keys; a new key is looked for earlier when a token names it
RENEW_SECONDS = 30.0  # between two looks for a new key: a stream of bad tokens must not become one of requests
PAUSE_SECONDS = 5.0  # after a failure: a provider that is down is not asked by everybody at once
MAX_URL = 2048  # characters of an endpoint
TOKEN_ERRORS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type"})


@dataclass(frozen=True, slots=True)
class Described:
    """What its description says, as far as we use it."""

    authorization: str
    token: str
    userinfo: str | None
    sends_issuer: bool  # with every authorization answer (RFC 9207 section 3)
    takes_basic: bool  # the client shows its secret in the header, not in the form
    keys: KeySet
    keys_url: str
    at: float  # monotonic
    keys_at: float


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a code was exchanged for. Lives as long as the request; nothing of it is kept."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class Provider:
    """Asks one provider."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._fetcher = Fetcher(settings)
        self._known: Described | None = None
        self._failed_at: float | None = None
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        """Close its connections."""
        await self._fetcher.close()

    async def describe(self) -> Described:
        """The description, not older than an hour. Raises Unavailable `provider_unreachable`."""
        async with self._renewing:
            now = self._clock.monotonic()
            if self._known is not None and now - self._known.at < KEPT_SECONDS:
                return self._known
            if self._failed_at is not None and now - self._failed_at < PAUSE_SECONDS:
                raise unreachable("pause")
            try:
                self._known = await self._fetched(now)
            except Unavailable:
                self._failed_at = now
                raise
            self._failed_at = None
            return self._known

    def authorization_url(self, described: Described, parameters: dict[str, str]) -> str:
        """Where the browser goes (OpenID Connect Core section 3.1.2.1)."""
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": self._settings.redirect_uri,
                "scope": self._settings.scope,
                "code_challenge_method": "S256",
                **parameters,
            }
        )
        return f"{described.authorization}{'&' if '?' in described.authorization else '?'}{query}"

    async def redeem(self, code: str, verifier: str) -> Redeemed:
        """Exchange a code. Raises NotSignedIn `provider_refused`, `provider_mistrusted`; Unavailable."""
        described = await self.describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if self._settings.client_secret and described.takes_basic:
            headers["Authorization"] = self._basic()
        else:
            form["client_id"] = self._settings.client_id
            form |= {"client_secret": self._settings.client_secret} if self._settings.client_secret else {}
        status, answer = await self._fetcher.post(described.token, form, headers)
        if status != 200:
            word = answer.get("error")
            raise refused(word if isinstance(word, str) and word in TOKEN_ERRORS else f"status_{status}")
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise mistrusted("no_id_token")
        return Redeemed(id_token, access_token if isinstance(access_token, str) else "")

    async def claims(self, id_token: str, nonce: str) -> Claims:
        """What a genuine ID token says; looks once for new keys. Raises NotSignedIn `provider_mistrusted`; Unavailable."""
        described = await self.describe()
        expected = Expected(self._settings.issuer, self._settings.client_id, nonce, self._clock.utcnow())
        try:
            return check(id_token, described.keys, expected)
        except UnknownKey:
            keys = await self._newer_keys(described)
        try:
            return check(id_token, keys, expected)
        except UnknownKey:
            raise mistrusted("signature") from None

    async def email(self, access_token: str, subject: str) -> str | None:
        """The verified address of a person, for providers that keep it out of ID tokens (OpenID Connect Core section 5.3.2)."""
        described = await self.describe()
        if described.userinfo is None or not access_token:
            return None
        said = await self._fetcher.get(described.userinfo, access_token)
        if said.get("sub") != subject:
            raise mistrusted("userinfo_subject")
        return verified_email(said)

    async def _newer_keys(self, used: Described) -> KeySet:
        """The keys as they are now, unless they were fetched just before."""
        async with self._renewing:
            now, known = self._clock.monotonic(), self._known or used
            if known.keys_at != used.keys_at or now - known.keys_at < RENEW_SECONDS:
                return known.keys
            keys = KeySet(await self._fetcher.get(known.keys_url))
            self._known = replace(known, keys=keys, keys_at=now)
            return keys

    async def _fetched(self, now: float) -> Described:
        document = await self._fetcher.get(self._settings.issuer.rstrip("/") + DOCUMENT)
        if document.get("issuer") != self._settings.issuer:  # section 4.3: exactly
            raise unreachable("issuer")
        keys_url = self._address(document, "jwks_uri")
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        userinfo = document.get("userinfo_endpoint")
        return Described(
            authorization=self._address(document, "authorization_endpoint"),
            token=self._address(document, "token_endpoint"),
            userinfo=userinfo if isinstance(userinfo, str) else None,
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            takes_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            keys=KeySet(await self._fetcher.get(keys_url)),
            keys_url=keys_url,
            at=now,
            keys_at=now,
        )

    def _address(self, document: Json, name: str) -> str:
        """An endpoint of the description: with TLS, unless the issuer has none itself."""
        value: Any = document.get(name)
        schemes = ("https://", "http://") if self._settings.is_plain else ("https://",)
        if not isinstance(value, str) or len(value) > MAX_URL or not value.startswith(schemes) or not value.isprintable():
            raise unreachable(name)
        return value

    def _basic(self) -> str:
        """RFC 6749 section 2.3.1: both parts form-encoded first."""
        pair = f"{quote(self._settings.client_id, safe='')}:{quote(self._settings.client_secret, safe='')}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
