"""Every path that needs no identity is limited for each source; listed from the router, so that a new one cannot be left out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.admission import Admission
from telemed.care.roles import Role
from telemed.config import Metrics as MetricsSettings
from telemed.operation.disk_guard import DiskLevel, DiskState
from telemed.operation.endpoints import Endpoints
from telemed.operation.metrics import Figures, Metrics
from telemed.operation.readiness import Readiness
from telemed.store import Store
from telemed.web.familiar import Familiar
from telemed.web.route import API
from telemed.web.routes import ROUTES
from telemed.web.settings import ConnectionLimits
from telemed.web.throttle import Rate
from tests.adapters.web.people import People
from tests.adapters.web.samples import concrete
from tests.adapters.web.site import Site, running_site, settings_for, write_templates

LIMITS = replace(ConnectionLimits(), requests=Rate(6, 3600.0), handshakes=Rate(3, 3600.0), strangers=Rate(4, 3600.0))
OTHERS = {  # paths outside the API's table that answer without an identity -> one address of each
    "/": "/",
    "/sign-in": "/sign-in",
    "/invitation": "/invitation",
    "/account": "/account",
    "/today": "/today",
    "/queues": "/queues",
    "/admin": "/admin",
    "/scene": "/scene",
    "/urgent": "/urgent",
    "/e": "/e",
    "/v": "/v",
    "/clock": "/clock",
    "/w": "/w",
    "/m": "/m",
    "/call/{id}": "/call/ses_1",
    "/j": "/j",
    "/check": "/check",
    "/my": "/my",
    "/home": "/home",
    "/audit": "/audit",
    "/privacy": "/privacy",
    "/patients": "/patients",
    "/patients/{patient_id}": "/patients/pat_1",
    "/recordings": "/recordings",
    "/recordings/{recording_id}": "/recordings/rec_1",
    "/static/{name}": "/static/none.js",
    "/livez": "/livez",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
    "/auth/oidc/callback": "/auth/oidc/callback",
    "/socket.io/": "/socket.io/?EIO=4&transport=polling&sid=none",
}


async def fake_socket(_: web.Request) -> web.Response:
    return web.Response(text="a socket")


def monitored(store: Store) -> Endpoints:
    """What monitoring asks, of a server that is ready; nobody may read its figures."""
    readiness = Readiness(store, lambda: (1, 1), lambda: DiskState(1, 1, DiskLevel.OK), Admission())

    async def figures() -> Figures:
        return Figures()

    return Endpoints(readiness, Metrics(), figures, lambda: MetricsSettings(addresses=()), frozenset({"127.0.0.1"}))


@dataclass
class Door:
    """A server behind a proxy, so that a test can come from any address; and what its router knows."""

    site: Site
    paths: set[str]
    sources: Iterator[str]

    async def asked(self, method: str, path: str, times: int) -> list[int]:
        """The answers to one new address that asks so often; each 429 says when to come back."""
        source, found = next(self.sources), []
        for _ in range(times):
            body = {} if method in ("POST", "PUT", "PATCH") else None
            answer = await self.site.ask(method, path, body, headers={"X-Forwarded-For": source})
            assert answer.status != 429 or int(answer.headers["Retry-After"]) >= 1, path
            found.append(answer.status)
        return found


@pytest.fixture
async def door(tmp_path: Path, store: Store) -> AsyncIterator[Door]:
    root, apps = tmp_path / "static", []

    def attach(app: web.Application) -> None:
        """What signalling and operation add, as far as paths go."""
        monitored(store).add_to(app)
        app.router.add_get("/socket.io/", fake_socket)
        app.router.add_post("/socket.io/", fake_socket)
        apps.append(app)

    write_templates(root)
    settings = settings_for(root, limits=LIMITS, trusted_proxies=frozenset({"127.0.0.1"}))
    async with running_site(store, settings, attach=attach) as site:
        paths = {resource.canonical for resource in apps[0].router.resources()}
        yield Door(site, paths, (f"198.51.{high}.{low}" for high in range(100) for low in range(1, 255)))


def test_other_paths_are_known(door: Door) -> None:
    found = {path for path in door.paths if not path.startswith(API)}
    assert found == set(OTHERS), "limit a new path, then name it here"


async def test_pages_files_and_sockets_are_limited(door: Door) -> None:
    for path in OTHERS.values():
        found = await door.asked("GET", path, LIMITS.requests.count + 1)
        assert found[-1] == 429 and 429 not in found[:-1], (path, found)


async def test_public_requests_of_the_api_are_limited(door: Door) -> None:
    public = [route for route in ROUTES if route.is_public]
    assert len(public) > 20
    for route in public:
        assert route.rate.count / route.rate.seconds <= 5.0, f"{route.path}: its own limit is no limit"
        found = await door.asked(route.method, concrete(route.path), LIMITS.requests.count + 1)
        assert found[-1] == 429 and 429 not in found[:-1], (route.path, found)


async def test_strangers_at_every_other_route_are_limited(door: Door) -> None:
    """Looking up who holds a token costs the database a turn: it is not done for one address for ever."""
    for route in ROUTES:
        if not route.is_public:
            found = await door.asked(route.method, concrete(route.path), LIMITS.strangers.count + 1)
            assert found == [401] * LIMITS.strangers.count + [429], (route.path, found)


async def test_new_sockets_are_limited_beside(door: Door) -> None:
    found = await door.asked("GET", "/socket.io/?EIO=4&transport=polling", LIMITS.handshakes.count + 1)
    assert found == [200] * LIMITS.handshakes.count + [429]


async def test_who_is_known_is_no_stranger(door: Door, people: People) -> None:
    token, source = await people.token_of(Role.CLINICIAN), next(door.sources)
    for _ in range(LIMITS.requests.count):
        headers = {"X-Forwarded-For": source, "Authorization": f"Bearer {token}"}
        answer = await door.site.ask("GET", "/api/v1/admin/health", headers=headers)
        assert answer.status == 403, "not theirs, and no stranger either"


async def test_a_stranger_behind_the_same_address_shuts_nobody_out(door: Door, people: People) -> None:
    """Guests and staff of a clinic often share one address: who proved lately who they are goes on, who did not waits."""
    token, source = await people.token_of(Role.CLINICIAN), next(door.sources)
    known = {"X-Forwarded-For": source, "Authorization": f"Bearer {token}"}
    assert (await door.site.ask("GET", "/api/v1/me/lock", headers=known)).status == 200
    for path in ("/api/v1/me/lock", "/sign-in"):
        for _ in range(LIMITS.requests.count):
            await door.site.ask("GET", path, headers={"X-Forwarded-For": source})
    assert (await door.site.ask("GET", "/sign-in", headers={"X-Forwarded-For": source})).status == 429
    for path in ("/api/v1/me/lock", "/sign-in", "/socket.io/?EIO=4&transport=polling"):
        assert (await door.site.ask("GET", path, headers=known)).status == 200, path
    made_up = {**known, "Authorization": f"Bearer {'x' * len(token)}"}
    assert (await door.site.ask("GET", "/api/v1/me/lock", headers=made_up)).status == 429


def test_own_shares_end_and_tables_are_bounded() -> None:
    familiar = Familiar(Rate(2, 60.0), max_tokens=2)
    familiar.note("a")
    assert [familiar.may_ask(["x", "a"], 1.0) for _ in range(3)] == [True, True, False]
    familiar.note("b")
    familiar.note("c")
    assert not familiar.may_ask(["a"], 100.0) and familiar.may_ask(["b"], 100.0), "the oldest is forgotten"
    familiar.forget(["b"])
    assert not familiar.may_ask(["b"], 100.0)
