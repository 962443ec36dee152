"""Debian's Firefox that asks as it asks anybody: where its questions and their buttons are is read from its own window."""

from __future__ import annotations

import asyncio
import contextlib
import json
import pathlib
import tempfile
from collections.abc import AsyncIterator
from typing import Any

from tests.browser.asking import Answer, Asking, Questions, Screen, screen
from tests.browser.browsers import eventually, selector
from tests.browser.incident_people import HERE
from tests.browser.marionette import Marionette, connected

PLACE = {"location": {"lat": HERE["latitude"], "lng": HERE["longitude"]}, "accuracy": HERE["accuracy"]}
# Devices and a place from nowhere, which are asked about as real ones are; nothing here answers for the person. What Marionette
# would recommend is left out: it takes away the half second in which a new question overlooks what is pressed.
PREFERENCES: dict[str, Any] = {
    "marionette.port": 0,
    "remote.prefs.recommended": False,
    "media.navigator.streams.fake": True,
    "media.navigator.permission.fake": True,
    "media.navigator.permission.disabled": False,
    "media.autoplay.default": 0,
    "geo.provider.network.url": f"data:application/json,{json.dumps(PLACE)}",
    "geo.provider.testing": True,
    "geo.provider.use_geoclue": False,
    "ui.popup.disable_autohide": True,  # without a window manager what was refused would not stay listed
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "termsofuse.bypassNotification": True,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
SECURITY_DELAY = "() => Services.prefs.getIntPref('security.notification_enable_delay')"
# The middle of an element, in pixels of the screen.
MIDDLE = """const middle = (part) => { const box = part.getBoundingClientRect();
 const there = window.windowUtils.toScreenRect(box.x, box.y, box.width, box.height);
 return [Math.round(there.x + there.width / 2), Math.round(there.y + there.height / 2)]; };"""
# The question that is open: which, and where its parts are.
SHOWN = f"""() => {{ {MIDDLE} const {{panel}} = window.PopupNotifications;
const card = panel.state === "open" && panel.querySelector("popupnotification:not([hidden])");
return card ? {{id: card.notification.id, allow: middle(card.button), block: middle(card.secondaryButton),
 remember: middle(card.checkbox), remembered: card.checkbox.checked}} : null; }}"""
# The sign left of the address, and what was refused in the list behind it.
SIGN = f"() => {{ {MIDDLE} return middle(document.getElementById('identity-permission-box')); }}"
REFUSED = f"""() => {{ {MIDDLE} const list = document.getElementById("permission-popup");
return list?.state === "open" ? [...list.querySelectorAll(".permission-popup-permission-remove-button")].map(middle) : null; }}"""
SHUT_LIST = """() => { const list = document.getElementById("permission-popup"); list.hidePopup();
return list.state === "closed"; }"""


class FirefoxPage:
    """The one page of it, which is touched as WebDriver touches pages."""

    def __init__(self, marionette: Marionette) -> None:
        self._marionette = marionette

    async def goto(self, url: str) -> None:
        await self._marionette.send("WebDriver:Navigate", url=url)

    async def reload(self) -> None:
        await self._marionette.send("WebDriver:Refresh")

    async def evaluate(self, function: str) -> Any:
        return await self._marionette.in_page(function)

    async def wait(self, testid: str, timeout: float = 15.0) -> None:
        visible = f"() => Boolean(document.querySelector({json.dumps(selector(testid))})?.checkVisibility())"
        await eventually(lambda: self.evaluate(visible), timeout)

    async def click(self, testid: str) -> None:
        await self._marionette.send("WebDriver:ElementClick", id=await self._element(testid))

    async def fill(self, testid: str, text: str) -> None:
        await self._marionette.send("WebDriver:ElementSendKeys", id=await self._element(testid), text=text)

    async def press(self, key: str) -> None:
        acts = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        await self._marionette.send("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": acts}])

    async def close(self) -> None:
        """It ends with its browser."""

    async def _element(self, testid: str) -> str:
        await self.wait(testid)
        found = await self._marionette.send("WebDriver:FindElement", using="css selector", value=selector(testid))
        return str(next(iter(found.values())))


class FirefoxQuestions(Questions):
    """Escape is its "Block": not asked again in this tab until that is taken back."""

    after_escape = "refused"

    def __init__(self, seen: Screen, marionette: Marionette) -> None:
        super().__init__(seen)
        self._marionette = marionette

    async def shown(self) -> Any:
        return await self._marionette.around_page(SHOWN)

    async def take_back(self) -> None:
        """By the sign left of the address: each thing that was refused has its cross there."""
        await self.screen.click(*await self._marionette.around_page(SIGN))
        refused = await eventually(lambda: self._marionette.around_page(REFUSED))
        for _ in refused:
            await self.screen.click(*(await self._marionette.around_page(REFUSED))[0])
        await eventually(lambda: self._marionette.around_page(SHUT_LIST))
        # A window manager would give the keys back; a browser without them asks nothing.
        await self.screen.hand("search", "--onlyvisible", "--class", "firefox", "windowfocus")

    async def _answer(self, shown: Any, answer: Answer) -> None:
        if answer == "always" and not shown["remembered"]:
            await self.screen.click(*shown["remember"])
        await self.screen.click(*shown["block" if answer == "never" else "allow"])


@contextlib.asynccontextmanager
async def asking_firefox() -> AsyncIterator[Asking]:
    """A new profile with fake devices, whose browser asks about each of them."""
    async with screen() as seen:
        with tempfile.TemporaryDirectory(prefix="telemed-firefox-", ignore_cleanup_errors=True) as home:
            profile = _profile(home)
            process = await _started(profile, {**seen.environment, "HOME": home})
            try:
                async with connected(profile / "MarionetteActivePort") as marionette:
                    assert await marionette.around_page(SECURITY_DELAY) == 500, "questions are as careful as anybody's"
                    yield Asking(FirefoxPage(marionette), FirefoxQuestions(seen, marionette))
            finally:
                if process.returncode is None:
                    process.terminate()
                await process.wait()


def _profile(home: str) -> pathlib.Path:
    profile = pathlib.Path(home, "profile")
    profile.mkdir()
    wishes = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(wishes))
    return profile


async def _started(profile: pathlib.Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    reached = ("--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(profile))
    size = ("--width", "900", "--height", "850")
    nowhere = asyncio.subprocess.DEVNULL
    program = "/usr/bin/firefox-esr"
    return await asyncio.create_subprocess_exec(
        program, *reached, *size, "about:blank", env=environment, stdout=nowhere, stderr=nowhere
    )
