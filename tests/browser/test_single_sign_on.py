"""Sign-in by the clinic's provider in a real Chromium: there, back to a clean address, parted, joined anew."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from telemed.care.roles import Role
from telemed.clock import SystemClock
from telemed.store import Store
from telemed.web.deps import WebDeps
from telemed.web.oidc.settings import CALLBACK, OidcSettings
from telemed.web.passwords import hash_password
from telemed.web.server import bound_socket, build_app, start_server
from telemed.web.settings import WebSettings
from tests.adapters.web.fakes import RememberedVisits
from tests.adapters.web.oidc.real_provider import SECRET, real_provider
from tests.adapters.web.people import PASSWORD, email_of, settle
from tests.browser.browsers import chromium, open_chromium_tab, selector

STATIC = pathlib.Path(__file__).resolve().parents[2] / "static"
NAME = email_of(Role.CLINICIAN).partition("@")[0]
ADDRESSES = "performance.getEntriesByType('resource').map((entry) => entry.name).join(' ') + location.href + document.referrer"


@asynccontextmanager
async def clinic(folder: pathlib.Path) -> AsyncIterator[str]:
    """A server whose staff may sign in by the provider; yields its address."""
    sock = bound_socket("127.0.0.1", 0)
    address = f"http://localhost:{sock.getsockname()[1]}"
    store = await Store.open(folder / "telemed.db")
    await settle(store, hash_password(PASSWORD))
    async with real_provider(address + CALLBACK) as issuer:
        oidc = OidcSettings(issuer, "telemed-ES256", address + CALLBACK, SECRET, label="North Hospital", link_by_email=True)
        settings = WebSettings("Clinic", "+49 30 1", "112", False, address, STATIC, "0", oidc=oidc)
        server = await start_server(build_app(WebDeps(store, RememberedVisits(), SystemClock(), settings)), settings, [sock])
        try:
            yield address
        finally:
            await server.close()
            await store.close()


async def go_through(page: Page, login: str) -> None:
    """Say at the provider who one is."""
    await page.wait_for_selector("input[name=login]")
    await page.fill("input[name=login]", login)
    await page.click("button")


async def test_there_and_back(tmp_path: pathlib.Path) -> None:
    async with clinic(tmp_path) as address, chromium() as browser:
        tab = await open_chromium_tab(browser, locale="de-DE")
        page = tab.page
        await page.goto(f"{address}/sign-in#provider")  # somebody comes back who never set out
        await page.get_by_text("zu lange gedauert").wait_for()
        assert page.url == f"{address}/sign-in"
        await page.click(selector("login-provider"))
        await go_through(page, "")
        await page.get_by_text("Sie wurden dort nicht angemeldet").wait_for()
        await page.evaluate("sessionStorage.setItem('telemed-return-to', '/account')")
        assert await page.inner_text(selector("login-provider")) == "Anmelden mit North Hospital"
        await page.click(selector("login-provider"))
        await go_through(page, NAME)
        await page.wait_for_selector(selector("provider-part"))
        assert page.url == f"{address}/account"
        await page.click(selector("provider-part"))
        await page.click(selector("provider-join"))  # the provider knows the browser by now, and asks nothing
        await page.wait_for_selector(selector("provider-part"))
        assert page.url == f"{address}/account"
        left = await page.evaluate(ADDRESSES)
        assert "code=" not in left and "state=" not in left
        await page.go_back()
        assert "code=" not in page.url and "state=" not in page.url
        await tab.close()
