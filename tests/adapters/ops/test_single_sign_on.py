"""Single sign-on as an operator sets it up: the doctor looks at the provider, a served configuration signs people in by it."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from telemed.clock import SystemClock
from telemed.config import Config, Server
from telemed.config.model import Oidc
from telemed.doctor.findings import Finding, Level
from telemed.doctor.single_sign_on import single_sign_on
from tests.adapters.ops.serving import command, serving
from tests.adapters.web.oidc.fake_provider import fake_provider, public_jwk, rsa_key
from tests.adapters.web.oidc.real_provider import SECRET, real_provider, wanderer

PASSWORD = "lamp river seven cotton"
CALLBACK = "/auth/oidc/callback"


async def looked(issuer: str, **more: Any) -> list[Finding]:
    config = Config(server=Server(base_url="https://care.example.org"), oidc=Oidc(issuer=issuer, client_id="telemed", **more))
    return await asyncio.to_thread(single_sign_on, config)


async def test_without_a_provider_nothing_is_asked() -> None:
    (only,) = await looked("")
    assert only.level is Level.OK and "not configured" in only.text


async def test_a_good_provider_and_the_address_to_register() -> None:
    async with real_provider(f"https://care.example.org{CALLBACK}") as issuer:
        provider, address = await looked(issuer)
    assert provider.level is Level.OK and "3 keys" in provider.text
    assert address.level is Level.OK and f"https://care.example.org{CALLBACK}" in address.text


def moved(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/elsewhere"})


BREAKS: dict[str, Any] = {
    "calls itself something else": lambda fake: fake.document.update(issuer="https://other.example"),
    "lacks what we need": lambda fake: fake.document.update(jwks_uri=None),
    "no key that we accept": lambda fake: setattr(fake, "published", [public_jwk("RS256", rsa_key(1024), "weak")]),
    "sends us elsewhere": lambda fake: fake.respond.update({"/.well-known/openid-configuration": moved}),
    "no description": lambda fake: fake.respond.update({"/.well-known/openid-configuration": lambda _: web.Response(status=404)}),
    "no provider of OpenID Connect": lambda fake: fake.respond.update(
        {"/.well-known/openid-configuration": lambda _: web.Response(text="<html>")}
    ),
}


@pytest.mark.parametrize("words", sorted(BREAKS))
async def test_what_is_wrong_is_named_with_its_fix(words: str) -> None:
    async with fake_provider(SystemClock()) as fake:
        BREAKS[words](fake)
        found = (await looked(fake.issuer))[0]
    assert found.level is Level.FAULT and words in found.text and found.fix, found


async def test_a_provider_that_is_not_there_or_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.web.oidc.fetch.SECONDS", 0.3)

    over = asyncio.Event()

    async def late(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with fake_provider(SystemClock()) as fake:
        gone = fake.issuer
        fake.respond["/.well-known/openid-configuration"] = late
        assert "within 4 s" in (await looked(fake.issuer))[0].text
        over.set()
    found = (await looked(gone))[0]
    assert found.level is Level.FAULT and "cannot be reached" in found.text and "firewall" in found.fix


async def test_a_certificate_nobody_knows(tmp_path: Path) -> None:
    import ssl

    from tests.adapters.ops.certificates import certificate

    certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0, ssl=context)
    async with server:
        found = (await looked(f"https://localhost:{server.sockets[0].getsockname()[1]}"))[0]
    assert "certificate" in found.text and "authority_file" in found.fix, found


def free_port() -> int:
    """The provider must know our address before we serve, and we its."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Browser:
    """Requests as the sign-in page sends them; keeps its cookies."""

    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        self._base_url = base_url
        self._http = http
        self._cookies: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        sent = {"X-Telemed-Client": "1", "Origin": self._base_url}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        async with self._http.request(method, self._base_url + path, json=body, headers=sent, allow_redirects=False) as answer:
            self._cookies |= {name: cookie.value for name, cookie in answer.cookies.items()}
            return answer.status, await answer.text()

    async def sign_in(self, login: str) -> dict[str, Any]:
        status, text = await self.ask("POST", "/api/v1/auth/provider", {})
        assert status == 200, text
        async with wanderer() as there:
            answer = await there.through(json.loads(text)["url"], login)
        assert (await self.ask("GET", f"{CALLBACK}?{urlencode(answer)}"))[0] == 303
        status, text = await self.ask("POST", "/api/v1/auth/provider/finish", {})
        assert status == 200, text
        return dict(json.loads(text))


@pytest.mark.timeout(200)
async def test_a_served_configuration_signs_in_by_the_provider(tmp_path: Path) -> None:
    port = free_port()
    base_url, path = f"http://localhost:{port}", tmp_path / "telemed.toml"
    flags = ("--clinic-name", "Praxis", "--phone", "+49 30 1", "--base-url", base_url, "--admin-email", "boss@clinic.example")
    key = ("--recovery-key-file", str(tmp_path / "recovery.key"))
    made = await asyncio.to_thread(
        command, "init", "--config", str(path), *flags, *key, "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert made.returncode == 0, made.stderr
    (tmp_path / "oidc.secret").write_text(SECRET + "\n")
    (tmp_path / "oidc.secret").chmod(0o600)
    async with real_provider(base_url + CALLBACK) as issuer:
        written = path.read_text()
        for name, value in (
            ("issuer", f'"{issuer}"'),
            ("client_id", '"telemed-ES256"'),
            ("client_secret_file", '"oidc.secret"'),
            ("label", '"Test House"'),
            ("link_by_email", "true"),
        ):
            written = with_setting(written, name, value)
        path.write_text(written)
        told = await asyncio.to_thread(command, "doctor", "--config", str(path))
        assert "3 keys that we accept" in told.stdout and base_url + CALLBACK in told.stdout, told.stdout + told.stderr
        with serving(tmp_path, "--config", str(path), "--port", str(port), "--udp-port", "0", "--workers", "1"):
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                browser = Browser(base_url, http)
                assert (await browser.sign_in("boss+mfa"))["user"]["email"] == "boss@clinic.example"
                status, text = await browser.ask("GET", "/api/v1/me")
                assert status == 200 and json.loads(text)["user"]["role"] == "admin"
        assert "Traceback" not in (tmp_path / "serve.log").read_text()


def with_setting(text: str, name: str, value: str) -> str:
    """The configuration with a line of [oidc] changed."""
    head, mark, rest = text.partition("[oidc]")
    assert mark
    lines = rest.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{name} = "))
    lines[at] = f"{name} = {value}"
    return head + mark + "\n".join(lines)
