"""A provider in this process that does what a test tells it, the forbidden included."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from telemed.clock import Clock
from telemed.web.oidc.settings import CALLBACK, OidcSettings
from telemed.web.server import bound_socket

CLIENT_ID, CLIENT_SECRET = "telemed", "se:cret/1"
CANARY = "canary-code-Zk3"


def rsa_key(bits: int = 2048) -> Any:
    return rsa.generate_private_key(65537, bits)


KEYS: dict[str, Any] = {
    "RS256": rsa_key(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def public_jwk(algorithm: str, key: Any, key_id: str | None) -> dict[str, Any]:
    form = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**form, "use": "sig", "alg": algorithm, **({"kid": key_id} if key_id else {})}


@dataclass
class FakeProvider:
    """`claims` changes what ID tokens say, `respond` takes requests away from the usual answers."""

    issuer: str
    clock: Clock
    algorithm: str = "RS256"
    key_id: str | None = "key-1"
    key: Any = None
    subject: str = "person-1"
    claims: dict[str, Any] = field(default_factory=dict)  # None as value leaves one out
    header: dict[str, Any] = field(default_factory=dict)
    published: list[dict[str, Any]] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    respond: dict[str, Callable[[web.Request], Any]] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    asked: list[str] = field(default_factory=list)  # paths, in order
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # code -> parameters of the request it answers
    forms: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)

    def consent(self, url: str) -> dict[str, str]:
        """What the browser brings back from `url` when the person says yes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"{CANARY}-{secrets.token_hex(8)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append(path)
        if path in self.respond:
            answer = self.respond[path](request)
            return await answer if asyncio.iscoroutine(answer) else answer
        answers = {"/.well-known/openid-configuration": self._document, "/jwks": self._keys, "/userinfo": lambda: self.userinfo}
        if path in answers:
            return web.json_response(answers[path]())
        return await self._token(request) if path == "/token" else web.Response(status=404)

    def _document(self) -> dict[str, Any]:
        plain = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "authorization_response_iss_parameter_supported": True,
        }
        return {**plain, **self.document}

    def _keys(self) -> dict[str, Any]:
        return {"keys": self.published if self.published is not None else [self.jwk]}

    @property
    def signing_key(self) -> Any:
        return self.key or KEYS[self.algorithm]

    @property
    def jwk(self) -> dict[str, Any]:
        return public_jwk(self.algorithm, self.signing_key, self.key_id)

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        self.authorizations.append(request.headers.get("Authorization", ""))
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant", "error_description": "no"}, status=400)
        return web.json_response({"access_token": "at-secret", "token_type": "Bearer", "id_token": self.token(asked["nonce"])})

    def token(self, nonce: str) -> str:
        now = int(self.clock.utcnow().timestamp())
        said = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce}
        said = {name: value for name, value in {**said, **self.claims}.items() if value is not None}
        if self.sign is not None:
            return self.sign(said)
        header = {**({"kid": self.key_id} if self.key_id else {}), **self.header}
        return jwt.encode(said, self.signing_key, algorithm=self.algorithm, headers=header)


def settings_of(provider: FakeProvider, **changes: Any) -> OidcSettings:
    plain = {"client_secret": CLIENT_SECRET, "label": "Test House", **changes}
    return OidcSettings(provider.issuer, CLIENT_ID, f"http://localhost:8080{CALLBACK}", **plain)


@asynccontextmanager
async def fake_provider(clock: Clock) -> AsyncIterator[FakeProvider]:
    """A running one on a free port of loopback."""
    sock = bound_socket("127.0.0.1", 0)
    provider = FakeProvider(f"http://127.0.0.1:{sock.getsockname()[1]}", clock)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", provider.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    try:
        yield provider
    finally:
        await runner.cleanup()


def unsigned(said: dict[str, Any], header: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = (json.dumps(header).encode(), json.dumps(said).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def query(answer: dict[str, str]) -> str:
    return f"{CALLBACK}?{urlencode(answer)}"
