"""Answers no provider should give, and browsers that bring what is not theirs: nothing opens, and each is told in kind words."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization

from telemed.web.oidc import fetch
from tests.adapters.web.factors import post
from tests.adapters.web.oidc.conftest import COOKIE, ROLE, House
from tests.adapters.web.oidc.fake_provider import CLIENT_ID, KEYS, FakeProvider, public_jwk, rsa_key, unsigned
from tests.adapters.web.people import email_of
from tests.adapters.web.site import Answered

Spoil = Callable[[FakeProvider], None]


def code_of(answer: Answered) -> str:
    assert "telemed_staff" not in answer.cookies
    return str(answer.json["error"]["code"])


def said(**claims: Any) -> Spoil:
    return lambda provider: provider.claims.update(claims)


def later(name: str, seconds: float) -> Spoil:
    """A time of the token, so far from now."""
    return lambda provider: provider.claims.update({name: int(provider.clock.utcnow().timestamp() + seconds)})


def without_signature(provider: FakeProvider) -> None:
    provider.sign = lambda claims: unsigned(claims, {"alg": "none", "typ": "JWT"})


def none_in_other_letters(provider: FakeProvider) -> None:
    provider.sign = lambda claims: unsigned(claims, {"alg": "nOnE"})


def mac_with_the_public_key(provider: FakeProvider) -> None:
    """The classic: the verifier's public key as an HMAC secret (RFC 8725 section 2.1)."""
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = KEYS["RS256"].public_key().public_bytes(*form)

    def sign(claims: dict[str, Any]) -> str:
        bare = unsigned(claims, {"alg": "HS256", "kid": "key-1"}).rpartition(".")[0]
        mac = hmac.new(pem, bare.encode(), hashlib.sha256).digest()
        return f"{bare}.{unsigned({}, {}, mac).rpartition('.')[2]}"

    provider.sign = sign


def mac_with_the_client_secret(provider: FakeProvider) -> None:
    secret = "se:cret/1" * 8
    provider.sign = lambda claims: jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "key-1"})


def another_key_of_the_same_name(provider: FakeProvider) -> None:
    provider.published = [public_jwk("RS256", rsa_key(), "key-1")]


def a_small_key(provider: FakeProvider) -> None:
    small = rsa_key(1024)
    provider.published = [public_jwk("RS256", small, "key-1")]
    provider.sign = lambda claims: unsigned(claims, {"alg": "RS256", "kid": "key-1"}, b"x" * 128)


def a_key_for_encryption(provider: FakeProvider) -> None:
    provider.published = [{**provider.jwk, "use": "enc"}]


def a_shared_secret_as_key(provider: FakeProvider) -> None:
    provider.published = [{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1", "alg": "HS256"}]
    provider.sign = lambda claims: jwt.encode(claims, b"secret" * 8, algorithm="HS256", headers={"kid": "key-1"})


def two_keys_and_no_name(provider: FakeProvider) -> None:
    provider.published = [public_jwk("RS256", rsa_key(), None), public_jwk("RS256", KEYS["RS256"], None)]
    provider.key_id = None


def headed(**header: Any) -> Spoil:
    return lambda provider: provider.header.update(header)


def token(text: str) -> Spoil:
    def spoil(provider: FakeProvider) -> None:
        provider.sign = lambda _: text

    return spoil


UNTRUSTED: dict[str, Spoil] = {
    "nonce of another": said(nonce="another-nonce"),
    "no nonce": said(nonce=None),
    "nonce a number": said(nonce=7),
    "issuer of another": said(iss="https://evil.example"),
    "no issuer": said(iss=None),
    "for somebody else": said(aud="another"),
    "for nobody": said(aud=None),
    "for many and no party": said(aud=[CLIENT_ID, "another"]),
    "party of another": said(azp="another"),
    "for many, party of another": said(aud=[CLIENT_ID, "another"], azp="another"),
    "expired": later("exp", -61),
    "never expires": said(exp=None),
    "expires in words": said(exp="tomorrow"),
    "old": later("iat", -400),
    "from the future": later("iat", 90),
    "not yet": later("nbf", 90),
    "no subject": said(sub=None),
    "empty subject": said(sub=""),
    "endless subject": said(sub="x" * 256),
    "subject a list": said(sub=["person-1"]),
    "alg none": without_signature,
    "alg nOnE": none_in_other_letters,
    "HS256 with the public key": mac_with_the_public_key,
    "HS256 with the client secret": mac_with_the_client_secret,
    "oct key": a_shared_secret_as_key,
    "another key": another_key_of_the_same_name,
    "small key": a_small_key,
    "key for encryption": a_key_for_encryption,
    "two keys": two_keys_and_no_name,
    "an access token": headed(typ="at+jwt"),
    "a critical extension": headed(crit=["b64"], b64=True),
    "no token": token("not-a-token"),
    "empty": token(""),
    "five parts": token("a.b.c.d.e"),
    "huge": token("a" * 20_000),
    "deep": token(unsigned({}, {"alg": "RS256"}).replace(".", "." + "W" * 3000, 1)),
}


async def refused(house: House, spoil: Spoil) -> str:
    """Join as usual, spoil the provider, and try to sign in; -> the code of the refusal."""
    await house.join()
    house.site.clock.move(3601)  # so that nothing is known of it any more
    spoil(house.provider)
    code = code_of(await house.sign_in())
    assert (await house.site.ask("GET", "/api/v1/me")).status == 401
    return code


@pytest.mark.parametrize("name", UNTRUSTED)
async def test_a_false_token_opens_nothing(house: House, name: str) -> None:
    assert await refused(house, UNTRUSTED[name]) == "provider_mistrusted"


async def test_small_differences_of_clocks_are_borne(house: House) -> None:
    await house.join()
    for spoil in (later("exp", -50), later("iat", 50), later("nbf", 50)):
        house.provider.claims = {}
        spoil(house.provider)
        assert (await house.sign_in()).status == 200


async def test_new_keys_are_found_and_not_looked_for_all_the_time(house: House) -> None:
    await house.join()
    house.provider.key, house.provider.key_id = rsa_key(), "key-2"
    assert code_of(await house.sign_in()) == "provider_mistrusted"  # a look was had just before
    house.site.clock.move(31)
    assert (await house.sign_in()).status == 200
    looks = house.provider.asked.count("/jwks")
    house.site.cookies.clear()
    house.provider.header = {"kid": "key-3"}
    for _ in range(3):
        assert code_of(await house.sign_in()) == "provider_mistrusted"
    assert house.provider.asked.count("/jwks") == looks == 2
    house.site.clock.move(3600)
    house.provider.header = {}
    house.provider.key, house.provider.key_id = rsa_key(), "key-4"
    assert (await house.sign_in()).status == 200


def redirecting(path: str) -> Callable[[web.Request], Any]:
    return lambda _: web.Response(status=302, headers={"Location": path})


async def too_slow(request: web.Request) -> web.Response:
    """Answers only when nobody waits any more."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells it no other way
        await asyncio.sleep(0.02)
    return web.json_response({})


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while True:
            await response.write(b'{"issuer": "' + b"x" * 65536)
    except ConnectionError:
        return response


DISCOVERY = "/.well-known/openid-configuration"
BROKEN: dict[str, tuple[str, Callable[[web.Request], Any]]] = {
    "description redirects in a circle": (DISCOVERY, redirecting(DISCOVERY)),
    "description without end": (DISCOVERY, endless),
    "description too slow": (DISCOVERY, too_slow),
    "description no JSON": (DISCOVERY, lambda _: web.Response(text="<html>")),
    "description a list": (DISCOVERY, lambda _: web.json_response([])),
    "description too deep": (DISCOVERY, lambda _: web.Response(text="[" * 100_000, content_type="application/json")),
    "description packed": (DISCOVERY, lambda _: web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})),
    "description in trouble": (DISCOVERY, lambda _: web.Response(status=503)),
    "description empty": (DISCOVERY, lambda _: web.json_response({})),
    "keys without end": ("/jwks", endless),
    "keys elsewhere": ("/jwks", redirecting("/other")),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_provider_is_said_to_be_away(house: House, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)
    path, answer = BROKEN[name]
    house.provider.respond[path] = answer
    first = await house.post("/auth/provider")
    assert (first.status, code_of(first)) == (503, "provider_unreachable") and "Retry-After" in first.headers
    asked = len(house.provider.asked)
    assert (await house.post("/auth/provider")).status == 503
    assert len(house.provider.asked) == asked  # a pause: not everybody knocks
    house.provider.respond.clear()
    house.site.clock.move(6)
    assert (await house.post("/auth/provider")).status == 200


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"authorization_endpoint": "https://x.example/" + "a" * 2048},
        {"token_endpoint": ["https://x.example"]},
    ],
    ids=str,
)
async def test_a_false_description_is_not_followed(house: House, document: dict[str, Any]) -> None:
    house.provider.document = document
    assert code_of(await house.post("/auth/provider")) == "provider_unreachable"


async def test_a_provider_that_went_away_leaves_the_password(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)
    await house.join()
    url = await house.go()
    house.provider.respond["/token"] = too_slow
    await house.back(house.provider.consent(url))
    assert code_of(await house.post("/auth/provider/finish")) == "provider_unreachable"
    house.provider.respond["/token"] = lambda _: web.json_response({"error": "invalid_client"}, status=401)
    assert code_of(await house.sign_in()) == "provider_refused"
    house.provider.respond["/token"] = lambda _: web.json_response({"access_token": "a"})
    assert code_of(await house.sign_in()) == "provider_mistrusted"
    body = {"email": email_of(ROLE), "password": "correct horse battery staple"}
    assert (await post(house.site, "/auth/login", body)).status == 200


async def test_a_no_is_a_no(house: House) -> None:
    answer = house.provider.consent(await house.go())
    del answer["code"]
    await house.back({**answer, "error": "access_denied", "error_description": "<script>"})
    assert code_of(await house.post("/auth/provider/finish")) == "provider_refused"
    assert "/token" not in house.provider.asked


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iss": "https://evil.example"}, "provider_mistrusted"),  # mix-up
        ({"iss": None}, "provider_mistrusted"),  # it says that it always names itself
        ({"state": "A" * 22}, "step_over"),
        ({"state": ""}, "step_over"),
        ({"state": None}, "step_over"),
        ({"state": "é" * 10}, "step_over"),
        ({"code": ""}, "step_over"),
        ({"code": "a\nb"}, "step_over"),
        ({"code": "é"}, "step_over"),
        ({"code": "c" * 3001}, "step_over"),
        ({"error": "access_denied"}, "step_over"),  # code and error at once
        ({"code": "guessed"}, "provider_refused"),
    ],
    ids=str,
)
async def test_a_false_way_back_leads_nowhere(house: House, change: dict[str, Any], code: str) -> None:
    await house.join()
    answer = {**house.provider.consent(await house.go()), **change}
    await house.back({name: value for name, value in answer.items() if value is not None})
    assert code_of(await house.post("/auth/provider/finish")) == code


async def test_a_parameter_twice_leads_nowhere(house: House) -> None:
    answer = house.provider.consent(await house.go())
    path = f"/auth/oidc/callback?code={answer['code']}&state={answer['state']}&iss={answer['iss']}&code=other"
    assert (await house.site.ask("GET", path)).status == 303
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"


async def test_an_attackers_answer_signs_nobody_in(house: House) -> None:
    """Login CSRF: a link with the attacker's own code and state, opened by a victim with and without a sign-in of its own."""
    await house.join()
    attackers = house.provider.consent(await house.go())
    house.site.cookies = {}
    await house.back(attackers)
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"
    own = await house.go()
    await house.back(attackers)
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"
    await house.back(house.provider.consent(own))  # the victim's own sign-in goes on
    assert (await house.post("/auth/provider/finish")).status == 200


async def test_other_sites_cannot_begin_or_finish(house: House) -> None:
    await house.join()
    await house.back(house.provider.consent(await house.go()))
    for path in ("/auth/provider", "/auth/provider/finish", "/me/provider", "/me/provider/finish", "/me/provider/remove"):
        assert code_of(await house.post(path, origin="https://evil.example")) == "wrong_origin"
        assert code_of(await house.post(path, headers={"Sec-Fetch-Site": "cross-site"})) == "wrong_origin"
    assert (await house.post("/auth/provider/finish")).status == 200


async def test_everything_works_once(house: House) -> None:
    await house.join()
    answer = house.provider.consent(await house.go())
    cookie = house.site.cookies[COOKIE]
    await house.back(answer)
    await house.back({**answer, "code": "later-one"})  # the first answer counts
    assert (await house.post("/auth/provider/finish")).status == 200
    house.site.cookies = {COOKIE: cookie}
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"
    await house.back(answer)
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"
    second = house.provider.consent(await house.go())
    await house.back({**second, "code": answer["code"]})  # a used code with a fresh state
    assert code_of(await house.post("/auth/provider/finish")) == "provider_refused"


async def test_a_code_of_another_sign_in_fails_by_its_verifier(house: House) -> None:
    await house.join()
    stolen = house.provider.consent(await house.go())
    own = house.provider.consent(await house.go())
    await house.back({**own, "code": stolen["code"]})
    assert code_of(await house.post("/auth/provider/finish")) == "provider_refused"


async def test_it_takes_no_longer_than_ten_minutes(house: House) -> None:
    await house.join()
    answer = house.provider.consent(await house.go())
    house.site.clock.move(601)
    await house.back(answer)
    assert code_of(await house.post("/auth/provider/finish")) == "step_over"


async def test_looking_at_the_address_signs_nobody_in(house: House) -> None:
    await house.join()
    await house.back(house.provider.consent(await house.go()))
    assert "/token" in house.provider.asked and house.provider.asked.count("/token") == 1  # that of joining
    assert (await house.site.ask("HEAD", "/auth/oidc/callback?code=a&state=b")).status == 405
    assert (await house.site.ask("GET", "/api/v1/me")).status == 401


async def test_secrets_travel_in_the_form_where_the_provider_wants_it(house: House) -> None:
    house.provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await house.join()
    form = house.provider.forms[-1]
    assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, "se:cret/1") and not house.provider.authorizations[-1]
