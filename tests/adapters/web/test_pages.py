"""Pages: the server's HTML already says who the clinic is; headers keep the browser strict; looking changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.web.security_headers import common_headers, content_security_policy, document_headers, is_inert
from tests.adapters.web.fakes import SESSION_ID
from tests.adapters.web.people import People
from tests.adapters.web.site import Site, running_site, settings_for

STATIC = Path(__file__).resolve().parents[3] / "static"
WORKER_START = re.compile(r"\b(?:new\s+(?:Shared)?Worker|serviceWorker\.register|addModule)\s*\(")
EVERY_PAGE = ["/sign-in", "/today", "/urgent", "/e", "/v", "/queues", f"/call/{SESSION_ID}", "/j", "/w", "/m"]
EVERY_PAGE += ["/recordings", "/recordings/rec_1", "/nothing"]


@pytest.mark.parametrize("path", EVERY_PAGE)
async def test_every_page_names_the_clinic_and_the_demo(site: Site, people: People, path: str) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    page = await site.ask("GET", path)
    assert page.status == (404 if path == "/nothing" else 200)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Clinic &lt;North&gt;" in page.text and "+49 30 1" in page.text and "112" in page.text
    assert "Demo: no real patients" in page.text and "{{" not in page.text


async def test_the_page_of_one_who_left_quickly_names_nobody(store: Store) -> None:
    async with running_site(store, settings_for(STATIC)) as site:
        page = await site.ask("GET", "/clock")
    assert page.status == 200 and "Clinic" not in page.text and "112" not in page.text and "+49" not in page.text


async def test_the_board_of_incidents_is_for_staff(site: Site) -> None:
    assert (await site.ask("GET", "/urgent")).headers["Location"] == "/sign-in"


async def test_no_banner_outside_a_demo(store: Store, static_root: Path) -> None:
    async with running_site(store, settings_for(static_root, demo=False)) as site:
        assert "Demo" not in (await site.ask("GET", "/sign-in")).text


@pytest.mark.parametrize(("accept", "lang"), [("de-DE,de;q=0.9", "de"), ("fr", "en"), ("", "en")])
async def test_pages_speak_the_readers_language(site: Site, accept: str, lang: str) -> None:
    page = await site.ask("GET", "/j", headers={"Accept-Language": accept})
    assert f'<html lang="{lang}">' in page.text and page.headers["Vary"] == "Accept-Language"


async def test_the_root_leads_to_work_or_to_the_door(site: Site, people: People) -> None:
    assert (await site.ask("GET", "/")).headers["Location"] == "/sign-in"
    assert (await site.ask("GET", "/today")).headers["Location"] == "/sign-in"
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    assert (await site.ask("GET", "/")).headers["Location"] == "/today"
    site.cookies = {"telemed_staff": await people.token_of(Role.REVIEWER)}
    for path in ("/", "/today"):
        assert (await site.ask("GET", path)).headers["Location"] == "/recordings"


async def test_an_installation_without_templates_still_answers(site: Site) -> None:
    (site.settings.static_root / "join.html").unlink()
    page = await site.ask("GET", "/j")
    assert page.status == 404 and "+49 30 1" in page.text and "Demo: no real patients" in page.text


ROBOTS = [
    "WhatsApp/2.23",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (compatible; SkypeUriPreview Preview/0.5)",
]


@pytest.mark.parametrize("agent", ROBOTS)
async def test_preview_robots_change_nothing(site: Site, people: People, store: Store, agent: str) -> None:
    async with store.read() as tx:
        before = await tx.audit.page()
    for method in ("GET", "HEAD"):
        for path in ("/j", "/j?x=1", "/w", "/w?x=1", "/", "/api/v1/clinic", f"/call/{SESSION_ID}"):
            answer = await site.ask(method, path, headers={"User-Agent": agent})
            assert answer.status < 400 and "Set-Cookie" not in answer.headers
    async with store.read() as tx:
        assert await tx.audit.page() == before
    assert not site.visits.calls


def test_the_policy_allows_this_server_and_nothing_inline() -> None:
    ours = ("http://127.0.0.1:8080", "http://[::1]:8080")  # CSP has no form for the second; 'self' is enough there
    policy = content_security_policy(settings_for(Path(), other_origins=ours))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("connect-src") == "'self' ws://127.0.0.1:8080 ws://localhost:8080"
    assert rules.pop("img-src") == "'self' data: blob:"
    assert rules.pop("media-src") == "'self' blob: mediastream:"
    assert (rules.pop("base-uri"), rules.pop("frame-ancestors"), rules.pop("trusted-types")) == ("'none'", "'none'", "'none'")
    assert rules.pop("require-trusted-types-for") == "'script'"
    assert rules.pop("form-action") == "'self'"
    assert set(rules) == {"script-src", "style-src", "font-src", "worker-src", "manifest-src"}
    assert set(rules.values()) == {"'self'"}
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", [*EVERY_PAGE, "/api/v1/clinic", "/api/v1/me", "/static/x.js", "/api/nothing", "/attached"])
async def test_every_answer_carries_the_headers(store: Store, people: People, static_root: Path, path: str) -> None:
    def attach(app: web.Application) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(text="from elsewhere")

        app.router.add_get("/attached", answer)

    settings = settings_for(static_root)
    async with running_site(store, settings, attach=attach) as site:
        answer = await site.ask("GET", path)
    for name, value in common_headers(settings).items():
        assert answer.headers[name] == value
    is_document = not path.startswith(("/static", "/api"))
    for name, value in document_headers(settings).items():
        assert answer.headers.get(name) == (value if is_document else None)
    assert "Server" not in answer.headers and "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
    if path.startswith("/api"):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("content_type", "inert"),
    [
        ("text/html", False),
        ("text/plain", False),
        ("image/svg+xml", False),
        ("application/xhtml+xml", False),
        ("application/octet-stream", False),
        ("application/json", True),
        ("text/javascript", True),
        ("text/css", True),
        ("font/woff2", True),
        ("audio/mpeg", True),
    ],
)
def test_whatever_may_become_a_document_carries_the_policy(content_type: str, inert: bool) -> None:
    assert is_inert(content_type) is inert


def test_a_script_carries_a_quarter_kibibyte_of_our_headers_at_most() -> None:
    common = common_headers(settings_for(Path(), base_url="https://x", demo=False))
    assert sum(len(name) + len(value) + 4 for name, value in common.items()) < 256


def test_no_script_of_ours_starts_a_worker() -> None:
    """A worker obeys the headers of its own file, which carries no policy."""
    folder = Path(__file__).resolve().parents[3] / "static"
    ours = [path for part in ("core", "ui") for path in (folder / part).rglob("*.js")]
    assert ours
    for path in ours:
        assert not WORKER_START.search(path.read_text(encoding="utf-8")), path


def test_what_a_call_needs_is_allowed_for_us_alone() -> None:
    policy = document_headers(settings_for(Path()))["Permissions-Policy"]
    for feature in ("camera", "microphone", "display-capture", "fullscreen", "picture-in-picture", "screen-wake-lock"):
        assert f"{feature}=(self)" in policy
    assert "geolocation=(self)" in policy and "payment=()" in policy


@pytest.mark.parametrize(
    ("base_url", "demo", "expected"),
    [("https://x", False, True), ("https://x", True, False), ("http://x", False, False)],
)
def test_hsts_under_tls(base_url: str, demo: bool, expected: bool) -> None:
    assert ("Strict-Transport-Security" in common_headers(settings_for(Path(), base_url=base_url, demo=demo))) is expected
