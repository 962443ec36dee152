"""The whole way with a certified provider: PKCE, its three signatures, its second factor, its no, its verified address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from telemed.care.ports import Store
from telemed.care.staff.policies import FixedPolicies, SecondFactor
from telemed.web.oidc.settings import CALLBACK, OidcSettings
from tests.adapters.web.oidc.conftest import ROLE, House
from tests.adapters.web.oidc.fake_provider import query
from tests.adapters.web.oidc.real_provider import SECRET, real_provider, wanderer
from tests.adapters.web.people import People, email_of
from tests.adapters.web.site import Answered, Site, running_site, settings_for

REDIRECT = f"http://localhost:8080{CALLBACK}"
STRICT = FixedPolicies(second_factor=SecondFactor.REQUIRED)


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    async with real_provider(REDIRECT) as running:
        yield running


@asynccontextmanager
async def clinic(store: Store, root: Path, oidc: OidcSettings) -> AsyncIterator[Site]:
    """A site that requires second factors, at the present: the provider knows no other time."""
    async with running_site(store, settings_for(root, oidc=oidc), ports={"policies": STRICT}) as site:
        site.clock.move((datetime.now(UTC) - site.clock.utcnow()).total_seconds())
        yield site


def settings(issuer: str, algorithm: str, **changes: Any) -> OidcSettings:
    return OidcSettings(issuer, f"telemed-{algorithm}", REDIRECT, SECRET, **changes)


async def way(house: House, login: str, path: str = "/auth/provider") -> Answered:
    async with wanderer() as browser:
        answer = await browser.through(await house.go(path), login)
    came = await house.site.ask("GET", query(answer))
    assert came.status == 303
    return await house.post(f"{path}/finish")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_the_whole_way(store: Store, static_root: Path, people: People, issuer: str, algorithm: str) -> None:
    name = email_of(ROLE).partition("@")[0]
    async with clinic(store, static_root, settings(issuer, algorithm, link_by_email=True)) as site:
        house = House(site, None, people)  # type: ignore[arg-type]
        assert (await way(house, f"{name}@unverified")).json["error"]["code"] == "account_unknown"
        assert (await way(house, "")).json["error"]["code"] == "provider_refused"
        joined = await way(house, f"{name}+mfa")
        assert joined.json["user"]["email"] == email_of(ROLE), joined.text
        assert (await site.ask("GET", "/api/v1/me")).json["user"]["email"] == email_of(ROLE)
        since = (await site.ask("GET", "/api/v1/me/provider")).json["since"]
        assert since is not None
        assert (await house.post("/me/provider/remove")).status == 200
        again = await way(house, name, "/me/provider")  # now as somebody without a second factor
        assert again.status == 200, again.text
        site.cookies = {}
        assert (await way(house, name)).json["step"]["kind"] == "enrol"
        assert (await way(house, f"{name}+mfa")).json["error"]["code"] == "account_unknown"


async def test_a_wrong_secret_is_a_refusal(store: Store, static_root: Path, people: People, issuer: str) -> None:
    wrong = OidcSettings(issuer, "telemed-RS256", REDIRECT, "not-the-secret")
    async with clinic(store, static_root, wrong) as site:
        house = House(site, None, people)  # type: ignore[arg-type]
        assert (await way(house, "anybody")).json["error"]["code"] == "provider_refused"
