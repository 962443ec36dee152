"""Drawing on a frozen picture: by mouse, finger and keys, seen while it is drawn, over reloads and cuts, and at a scene."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.browsers import (
    ChromiumTab,
    Tab,
    chromium,
    eventually,
    open_chromium_tab,
    open_firefox_tab,
    selector,
)
from tests.browser.incident_people import ALLOWED, NOTE_ANSWERS, READ_LINK, a_scene, board, by_code, in_the_call
from tests.browser.on_call import PHONE, make_speciality, signed_in
from tests.browser.people import sign_in
from tests.browser.server import Server
from tests.browser.test_scene import TOO_SMALL
from tests.browser.test_stage import accessible

KINDS = """() => [...document.querySelectorAll(".drawn-frame [data-shape]")].map((one) => one.dataset.shape).join()"""
PATHS = """() => [...document.querySelectorAll(".drawn-frame .drawn__line")].map((one) => one.getAttribute("d")).join()"""
LOADED = """() => { const one = document.querySelector('[data-testid="frozen-picture"]');
 return Boolean(one && one.complete && one.naturalWidth > 0); }"""
GROUND = """() => { const box = document.querySelector('[data-testid="draw-ground"]').getBoundingClientRect();
 return [box.left, box.top, box.width, box.height]; }"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
STILLS = """() => document.querySelectorAll('[data-testid="still-open"]').length"""
IMAGE = """() => { const one = document.querySelector('[data-testid="still-image"]');
 return one && one.complete && one.naturalWidth; }"""
SEEN = "() => document.querySelector('[data-testid=remote-video]')?.videoWidth > 0"
SLOW = 30_000  # milliseconds a busy machine may take for what takes a second


async def drawn(tab: Tab, kinds: str) -> None:
    """The picture is there with these shapes, in this order."""
    await eventually(lambda: _shows(tab, kinds), timeout=30)


async def _shows(tab: Tab, kinds: str) -> bool:
    return bool(await tab.evaluate(LOADED)) and await tab.evaluate(KINDS) == kinds


async def places(tab: Tab, *parts: tuple[float, float]) -> list[tuple[float, float]]:
    """Parts of the ground's width and height as places in the window."""
    left, top, width, height = await tab.evaluate(GROUND)
    return [(left + x * width, top + y * height) for x, y in parts]


async def frozen(dispatcher: ChromiumTab, caller: Tab) -> None:
    """The dispatcher freezes what is seen, and the caller is shown it."""
    await dispatcher.wait('[data-testid="freeze"]:not([disabled])', timeout=30)
    await eventually(lambda: dispatcher.evaluate(SEEN), timeout=60)
    await dispatcher.click("freeze")
    await dispatcher.wait("draw-layer", timeout=30)
    await caller.wait("shown-frame", timeout=30)


async def finger(tab: ChromiumTab, *way: tuple[float, float]) -> None:
    """One finger goes this way over the window."""
    client = await tab.context.new_cdp_session(tab.page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        event = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        await client.send("Input.dispatchTouchEvent", event)

    await touch("touchStart", way[0])
    for place in way[1:]:
        await touch("touchMove", place)
    await touch("touchEnd")


async def test_what_is_drawn_is_seen_at_once_and_outlives_reloads_and_cuts(server: Server) -> None:
    async with chromium() as browser:
        dispatcher = await board(browser, server, has_touch=True)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        caller = await open_chromium_tab(browser, preload=NOTE_ANSWERS, **ALLOWED)
        await caller.goto(link)
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await frozen(dispatcher, caller)
        await drawn(caller, "")
        await accessible(dispatcher, "a frozen picture")
        line = await places(dispatcher, (0.3, 0.3), (0.4, 0.5), (0.6, 0.4))
        await dispatcher.page.mouse.move(*line[0])
        await dispatcher.page.mouse.down()
        await dispatcher.page.mouse.move(*line[1], steps=5)
        await drawn(caller, "pen")  # the button is still down
        await dispatcher.page.mouse.move(*line[2], steps=5)
        await dispatcher.page.mouse.up()
        await dispatcher.click("draw-arrow")
        await finger(dispatcher, *await places(dispatcher, (0.2, 0.8), (0.3, 0.7), (0.5, 0.6)))
        await drawn(caller, "pen,arrow")
        await dispatcher.click("draw-circle")
        await dispatcher.page.focus(selector("draw-ground"))
        for key in ("ArrowRight", "Shift+ArrowUp", "Enter", "Enter"):
            await dispatcher.page.keyboard.press(key)
        await drawn(caller, "pen,arrow,circle")
        assert await eventually(lambda: caller.evaluate(PATHS)) == await dispatcher.evaluate(PATHS)
        said = caller.page.locator(selector("shape-said"))
        await expect(said).to_contain_text("Drawing 3: a circle, middle, centre", timeout=SLOW)
        await accessible(caller, "a picture that is shown")
        assert await caller.evaluate(SIDEWAYS) <= 0
        for tab, stage in ((caller, "caller-live"), (dispatcher, "call-stage")):
            await tab.reload()
            await tab.wait(stage, timeout=30)
            await drawn(tab, "pen,arrow,circle")
        await caller.page.context.set_offline(True)
        await dispatcher.click("draw-undo")
        await drawn(dispatcher, "pen,arrow")
        await asyncio.sleep(10)  # how long the cut lasts
        await drawn(caller, "pen,arrow,circle")  # it stays in sight
        await caller.page.context.set_offline(False)
        await drawn(caller, "pen,arrow")
        await dispatcher.click("draw-clear")
        await drawn(caller, "")
        await dispatcher.click("draw-resume")
        await expect(caller.page.locator(selector("shown-frame"))).to_have_count(0, timeout=SLOW)
        await expect(dispatcher.page.locator(selector("draw-layer"))).to_have_count(0)
        await expect(caller.page.locator(selector("caller-self"))).to_be_visible()
        assert dispatcher.problems == [] and caller.problems == []


async def test_a_still_opens_when_it_comes_and_a_cut_while_one_draws_loses_no_line(server: Server) -> None:
    async with a_scene(server, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await dispatcher.click("ask-photo")
        await expect(dispatcher.page.locator(selector("ask-photo"))).to_be_disabled()
        for press in ("still-take", "still-shoot", "still-send"):
            await caller.wait(press, timeout=30)
            await caller.click(press)
        await dispatcher.wait('[data-testid="still-coming"][data-state="sending"], [data-testid="still-picture"]', timeout=30)
        await eventually(lambda: dispatcher.evaluate(IMAGE), timeout=90)  # nobody had to open it
        await accessible(dispatcher, "a still that was asked for")
        await dispatcher.press("Escape")
        await expect(dispatcher.page.locator(selector("ask-photo"))).to_be_enabled()
        await frozen(dispatcher, caller)
        await dispatcher.page.context.set_offline(True)
        await dispatcher.page.focus(selector("draw-ground"))
        for key in ("Enter", "ArrowLeft", "ArrowLeft", "ArrowDown", "Enter"):
            await dispatcher.page.keyboard.press(key)
        assert await dispatcher.evaluate(KINDS) == "pen"
        await asyncio.sleep(10)  # how long the cut lasts
        await dispatcher.page.context.set_offline(False)
        await drawn(caller, "pen")
        await dispatcher.click("close-panel")  # as it is on small windows from the start
        for width, height in ((820, 1180), (390, 844), (320, 568)):
            await dispatcher.page.set_viewport_size({"width": width, "height": height})
            assert await dispatcher.evaluate(SIDEWAYS) <= 0, width
            await dispatcher.page.click(selector("draw-circle"))  # within reach
            await expect(dispatcher.page.locator(selector("draw-resume"))).to_be_in_viewport()
        await dispatcher.click("draw-resume")
        await dispatcher.page.set_viewport_size({"width": 1280, "height": 720})
        await dispatcher.goto(dispatcher.page.url)  # beside the stage again
        await dispatcher.click("incident-end")
        await dispatcher.click("incident-end-now")
        await dispatcher.click("incident-summary-open")
        await expect(dispatcher.page.locator(selector("summary-drawings"))).to_contain_text("1 drawing")
        await dispatcher.click("summary-still")
        await eventually(lambda: dispatcher.evaluate(IMAGE))
        await accessible(dispatcher, "a picture of an incident that is over")
        await dispatcher.press("Escape")
        await erases_a_picture(dispatcher)


async def erases_a_picture(dispatcher: ChromiumTab) -> None:
    """From the summary, with a reason."""
    page = dispatcher.page
    erasable = page.locator(selector("drawing-erase"))
    many = await erasable.count()
    await erasable.first.click()
    await dispatcher.fill("still-erase-reason", "Another person is seen")
    await accessible(dispatcher, "asking why a picture is erased")
    await dispatcher.click("still-erase-sure")
    await expect(page.locator(selector("drawing-erased"))).to_have_count(1, timeout=30_000)
    await expect(erasable).to_have_count(many - 1)


async def test_firefox_draws_and_a_phone_sees_it(server: Server) -> None:
    async with chromium() as browser:
        fox = await open_firefox_tab()
        try:
            email, password = server.account("dispatcher")
            await fox.goto(server.base_url + "/sign-in")
            await fox.fill("login-email", email)
            await fox.fill("login-password", password)
            await fox.click("login-submit")
            await fox.wait(".rail", timeout=30)
            await fox.goto(server.base_url + "/urgent")
            await fox.fill("incident-reason", "Fall from a ladder")
            await fox.click("caller-agreed")
            await fox.click("incident-code")
            link = str(await eventually(lambda: fox.evaluate(READ_LINK)))
            await fox.click("incident-open")
            await fox.wait("incident-panel", timeout=30)
            caller = await open_chromium_tab(browser, **ALLOWED)
            await caller.goto(link)
            await caller.click("caller-begin")
            await caller.wait("caller-live")
            await fox.wait('[data-testid="freeze"]:not([disabled])', timeout=30)
            await eventually(lambda: fox.evaluate(SEEN), timeout=60)
            await fox.click("freeze")
            await fox.wait("draw-ground", timeout=30)
            await fox.drag(await places(fox, (0.4, 0.4), (0.5, 0.5), (0.6, 0.4)))
            await drawn(caller, "pen")
            await fox.click("draw-circle")
            await fox.drag(await places(fox, (0.5, 0.5), (0.6, 0.5)))
            await drawn(caller, "pen,circle")
            await fox.click("draw-resume")
            await expect(caller.page.locator(selector("shown-frame"))).to_have_count(0, timeout=SLOW)
        finally:
            await fox.close()


async def test_at_a_scene_a_still_is_one_press_and_the_doctor_draws_on_the_picture(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician")
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        phone = await signed_in(browser, server, "responder", **PHONE)
        await phone.goto(server.base_url + "/scene")
        await phone.click("get-doctor")
        await doctor.click("ring-accept")
        await doctor.wait("call-stage", timeout=60)
        await phone.wait("scene-still", timeout=30)
        await eventually(lambda: doctor.evaluate(SEEN), timeout=60)
        await phone.click("scene-still")
        await eventually(lambda: phone.evaluate(STILLS), timeout=90)
        await eventually(lambda: doctor.evaluate(STILLS), timeout=30)
        await doctor.page.locator(selector("still-open")).click()
        await eventually(lambda: doctor.evaluate(IMAGE))
        await doctor.press("Escape")
        assert await phone.evaluate(TOO_SMALL) == []
        await doctor.click("freeze")
        await phone.wait("shown-frame", timeout=30)
        await doctor.click("draw-circle")
        start, end = await places(doctor, (0.5, 0.5), (0.6, 0.5))
        await doctor.page.mouse.move(*start)
        await doctor.page.mouse.down()
        await doctor.page.mouse.move(*end, steps=4)
        await doctor.page.mouse.up()
        await drawn(phone, "circle")
        await accessible(phone, "a picture that is shown at a scene")
        assert await phone.evaluate(TOO_SMALL) == [] and await phone.evaluate(SIDEWAYS) <= 0
        await phone.reload()
        await phone.wait("shown-frame", timeout=40)
        await drawn(phone, "circle")
        await doctor.click("draw-resume")
        await expect(phone.page.locator(selector("shown-frame"))).to_have_count(0, timeout=SLOW)
        assert doctor.problems == [] and phone.problems == []
