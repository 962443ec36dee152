"""A site whose clinic has a provider, which runs in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.care.staff.policies import FixedPolicies
from tests.adapters.web.fakes import TurnableClock
from tests.adapters.web.oidc.fake_provider import FakeProvider, fake_provider, query, settings_of
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered, Site, running_site, settings_for

API = "/api/v1"
COOKIE = "telemed_provider"
ROLE = Role.CLINICIAN


@dataclass
class House:
    """A site, its provider, and one browser."""

    site: Site
    provider: FakeProvider
    people: People

    async def post(self, path: str, **more: Any) -> Answered:
        answer = await self.site.ask("POST", API + path, {}, **more)
        self.keep(answer)
        return answer

    def keep(self, answer: Answered) -> None:
        """Take cookies as a browser does."""
        for name, cookie in answer.cookies.items():
            if cookie.value and cookie["max-age"] != "0":
                self.site.cookies[name] = cookie.value
            else:
                self.site.cookies.pop(name, None)

    async def go(self, path: str = "/auth/provider") -> str:
        """Set out; -> the address of the provider."""
        answer = await self.post(path)
        assert answer.status == 200, answer.text
        return str(answer.json["url"])

    async def back(self, answer: dict[str, str]) -> Answered:
        """Come back with what the provider said."""
        came = await self.site.ask("GET", query(answer))
        assert (came.status, came.text) == (303, "")
        return came

    async def sign_in(self) -> Answered:
        """The whole way; -> the answer to its last request."""
        await self.back(self.provider.consent(await self.go()))
        return await self.post("/auth/provider/finish")

    async def join(self, role: Role = ROLE) -> None:
        """Join an account and who the provider says it is; nobody is signed in afterwards."""
        self.site.cookies = {"telemed_staff": await self.people.token_of(role)}
        came = await self.back(self.provider.consent(await self.go("/me/provider")))
        assert came.headers["Location"] == "/account#provider"
        assert (await self.post("/me/provider/finish")).status == 200
        self.site.cookies = {}


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with fake_provider(TurnableClock()) as running:
        yield running


@pytest.fixture
def oidc_changes() -> dict[str, Any]:
    """Settings of the provider that differ; parametrised by tests."""
    return {}


@pytest.fixture
def policies() -> FixedPolicies:
    """Those of sign-in; parametrised by tests."""
    return FixedPolicies()


@pytest.fixture
async def house(
    store: Store, static_root: Path, people: People, provider: FakeProvider, oidc_changes: dict[str, Any], policies: FixedPolicies
) -> AsyncIterator[House]:
    settings = settings_for(static_root, oidc=settings_of(provider, **oidc_changes))
    async with running_site(store, settings, ports={"policies": policies}) as site:
        provider.clock = site.clock
        yield House(site, provider, people)
