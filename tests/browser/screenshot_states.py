"""The states that screenshots.py photographs, each brought about as a person would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.browser.browsers import ChromiumTab
from tests.browser.people import join_as_patient, start_consultation
from tests.browser.screenshot_album import NAMES, Album, answer
from tests.browser.screenshot_people import PEOPLE_STATES

A_TOKEN = "A" * 22
IN_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]"
REFUSE_DEVICES = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));"""
NO_CAMERA = """(() => { const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (wish) =>
 wish.video ? Promise.reject(new DOMException("", "NotFoundError")) : real(wish); })()"""
ASK = """([path, method, body]) => fetch("/api/v1/admin" + path,
{method, headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)}).then((answer) => answer.json())"""
ADMIN_SETTINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("/sites", "POST", {"name": "North Ward", "phone": "+49 30 5550111", "command_id": "shot-site-1"}),
    ("/sites", "POST", {"name": "South", "command_id": "shot-site-2"}),
    ("/policies", "PUT", {"name": "login_hours", "value": 8}),
    ("/users", "POST", {"name": "Dr. Wilhelmina Featherstonehaugh", "email": "w.f@clinic.example.org", "role": "clinician"}),
)
NEVER_ANSWER = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"


async def sign_in_page(album: Album) -> None:
    """Fresh, incomplete, wrong, throttled."""
    tab = await album.tab()
    await tab.goto(album.server.base_url + "/sign-in")
    await tab.wait("login-submit")
    await album.camera.take(tab, "sign-in")
    await tab.click("login-submit")
    await album.camera.take(tab, "sign-in-empty")
    await tab.fill("login-email", "nobody@demo.example")
    await tab.fill("login-password", "wrong")
    await tab.click("login-submit")
    await tab.wait("login-error")
    await album.camera.take(tab, "sign-in-wrong")
    await answer(tab, "/auth/login", 429, "too_many", **{"Retry-After": "600"})
    await tab.click("login-submit")
    await tab.wait("login-throttled")
    await album.camera.take(tab, "sign-in-throttled")


async def sign_in_german(album: Album) -> None:
    """In German."""
    tab = await album.tab(locale="de-DE")
    await tab.goto(album.server.base_url + "/sign-in")
    await tab.wait("login-submit")
    await album.camera.take(tab, "sign-in-german")


async def today_quiet(album: Album) -> None:
    """Nobody waits; and the choice of language."""
    tab = await album.doctor()
    await tab.wait("waiting-list")
    await tab.page.wait_for_selector(".state")
    await album.camera.take(tab, "today-quiet")
    await tab.page.click(".rail .menu button")
    await album.camera.take(tab, "today-language", whole=False)


async def today_without_server(album: Album) -> None:
    """The list is still being loaded, and the server does not answer."""
    tab = await album.doctor()
    await answer(tab, "/staff/ticket", 503, "unavailable")
    await tab.reload()
    await tab.wait("reconnecting")
    await album.camera.take(tab, "today-no-server")


async def today_busy(album: Album) -> None:
    """Three people wait; then the device goes offline."""
    doctor = await album.doctor()
    for name in NAMES:
        link, _ = await album.link(doctor)
        await album.patient(link, name)
    await doctor.page.wait_for_function("document.querySelectorAll('[data-testid=waiting-row]').length >= 3")
    await album.camera.take(doctor, "today-busy")
    await doctor.page.context.set_offline(True)
    await doctor.wait("offline")
    await album.camera.take(doctor, "today-offline")


async def today_tasks(album: Album) -> None:
    """An outcome is due, and its dialog."""
    doctor, patient = await album.call()
    await end_for_all(doctor)
    await patient.wait("goodbye")
    await doctor.goto(album.server.base_url + "/today")
    await doctor.wait("task-outcome")
    await album.camera.take(doctor, "today-tasks")
    await doctor.click("task-outcome")
    await doctor.wait("outcome-save")
    await album.camera.take(doctor, "today-outcome", whole=False)


async def today_german(album: Album) -> None:
    """In German, with somebody waiting."""
    doctor = await album.doctor(locale="de-DE")
    link, _ = await album.link(doctor)
    await album.patient(link, NAMES[2])
    await doctor.wait("waiting-row")
    await album.camera.take(doctor, "today-german")


async def device_check(album: Album) -> None:
    """Before the permission, and with everything working."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    patient = await album.tab()
    await patient.goto(link)
    await patient.wait("join-continue")
    await patient.page.wait_for_selector('[data-testid="check-network"]:not([data-verdict="open"])')
    await album.camera.take(patient, "check")
    await patient.fill("join-name", NAMES[0])
    await patient.click("join-allow")
    await patient.page.wait_for_selector('[data-testid="check-camera"][data-verdict="ok"]')
    await patient.page.click('[data-testid="check-speaker"] button')
    await album.camera.take(patient, "check-devices")


async def device_check_trouble(album: Album) -> None:
    """Refused, no camera, and the browser still asking; each without a network test."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    for name, script in (("check-refused", REFUSE_DEVICES), ("check-no-camera", NO_CAMERA), ("check-asking", NEVER_ANSWER)):
        patient = await album.tab()
        await patient.page.add_init_script(script)
        await answer(patient, "/sessions/*/probe", 503, "media_unavailable")
        await patient.goto(link)
        await patient.wait("join-continue")
        await patient.click("join-allow")
        await patient.page.wait_for_timeout(800)
        await album.camera.take(patient, name)
        await patient.close()


async def device_check_german(album: Album) -> None:
    """Device check and waiting room in German."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    patient = await album.tab(locale="de-DE")
    await patient.goto(link)
    await patient.wait("join-continue")
    await patient.page.wait_for_selector('[data-testid="check-network"]:not([data-verdict="open"])')
    await album.camera.take(patient, "check-german")
    await patient.click("join-continue")
    await patient.wait("waiting-room")
    await album.camera.take(patient, "waiting-german")


async def waiting_room(album: Album) -> None:
    """Waiting, the question before leaving, and the goodbye after it."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    patient = await album.patient(link, NAMES[0])
    await album.camera.take(patient, "waiting")
    await patient.click("leave-waiting")
    await patient.page.wait_for_selector("dialog[open]")
    await album.camera.take(patient, "waiting-leave", whole=False)
    await patient.page.click("dialog .button--danger")
    await patient.wait("goodbye")
    await album.camera.take(patient, "goodbye-left")


async def waiting_without_devices(album: Album) -> None:
    """Somebody who is neither seen nor heard; then offline."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    patient = await album.tab()
    await patient.page.add_init_script(REFUSE_DEVICES)
    await join_as_patient(patient, link, NAMES[1])
    await album.camera.take(patient, "waiting-text-only")
    await patient.page.context.set_offline(True)
    await patient.wait("offline")
    await album.camera.take(patient, "waiting-offline")


async def link_faults(album: Album) -> None:
    """Every way in which a link can fail to lead to a visit."""
    codes = {
        "link_unknown": 404,
        "link_expired": 410,
        "link_revoked": 410,
        "visit_ended": 410,
        "removed": 410,
        "too_early": 409,
        "unavailable": 503,
    }
    for code, status in codes.items():
        tab = await album.tab()
        await answer(tab, "/links/open", status, code, **({"Retry-After": "754"} if code == "too_early" else {}))
        await tab.goto(f"{album.server.base_url}/j#{A_TOKEN}")
        await tab.page.wait_for_selector(".notice-page h1")
        await album.camera.take(tab, f"link-{code.removeprefix('link_').replace('_', '-')}")
        if code == "link_expired":
            await tab.click("recover-link")
            await tab.wait("link-asked")
            await album.camera.take(tab, "link-asked")
        await tab.close()


async def other_browsers(album: Album) -> None:
    """A browser inside an app, one without scripts, and an unknown address."""
    tab = await album.tab(user_agent=IN_APP)
    await tab.goto(f"{album.server.base_url}/j#{A_TOKEN}")
    await tab.wait("open-in-browser")
    await album.camera.take(tab, "in-app-browser")
    plain = await album.tab(java_script_enabled=False)
    for name, path in (("no-script-join", f"/j#{A_TOKEN}"), ("no-script-sign-in", "/sign-in"), ("not-found", "/nowhere")):
        await plain.goto(album.server.base_url + path)
        await plain.page.wait_for_timeout(300)
        await album.camera.take(plain, name)


async def second_device(album: Album) -> None:
    """The link on a second device: asked, waiting for staff, refused."""
    doctor = await album.doctor()
    link, _ = await album.link(doctor)
    await album.patient(link, NAMES[0])
    second = await album.tab()
    await second.goto(link)
    await second.wait("move-ask")
    await album.camera.take(second, "move-ask")
    await second.click("move-here")
    await second.wait("move-asked")
    await album.camera.take(second, "move-asked")
    await answer(second, "/links/open", 403, "move_denied")
    await second.wait("move-denied")
    await album.camera.take(second, "move-denied")


async def call_alone(album: Album) -> None:
    """The doctor alone, with link and QR code."""
    doctor = await album.doctor()
    await start_consultation(doctor)
    await doctor.page.wait_for_timeout(1500)
    await album.camera.take(doctor, "call-alone", whole=False)


async def call_together(album: Album) -> None:
    """Both in the call, with and without chat."""
    doctor, patient = await album.call()
    await album.camera.take(doctor, "call-doctor", whole=False)
    await album.camera.take(patient, "call-patient", whole=False)
    await doctor.click("open-chat")
    await doctor.fill("chat-input", "Please take the tablets after breakfast.")
    await doctor.click("chat-send")
    await doctor.wait("chat-message")
    await album.camera.take(doctor, "call-doctor-chat", whole=False)
    await patient.click("open-chat")
    await patient.wait("chat-message")
    await album.camera.take(patient, "call-patient-chat", whole=False)


async def live_text(album: Album) -> None:
    """Somebody who cannot hear: on the way in, while waiting, and written letter by letter in the call."""
    doctor = await album.doctor()
    link = await start_consultation(doctor)
    patient = await album.tab()
    await patient.goto(link)
    await patient.click("need-cannot_hear")
    await album.camera.take(patient, "check-needs")
    await patient.fill("join-name", "Ada Example")
    await patient.click("join-continue")
    await patient.wait("waiting-talk", timeout=30)
    await patient.fill("chat-input", "I can wait, but")
    await album.camera.take(patient, "waiting-talk")
    await doctor.click("open-chat")
    await doctor.wait("live-line", timeout=30)
    await album.camera.take(doctor, "call-alone-live-text", whole=False)
    await doctor.click("close-panel")
    await doctor.click("admit")
    await patient.wait("call-stage", timeout=30)
    await doctor.wait("live-strip", timeout=30)
    await album.camera.take(doctor, "call-live-strip", whole=False)
    await patient.click("open-chat")
    await patient.wait("chat-input")
    await album.camera.take(patient, "call-live-text", whole=False)


async def call_ends(album: Album) -> None:
    """The end, as both see it."""
    doctor, patient = await album.call()
    await end_for_all(doctor)
    await doctor.page.wait_for_timeout(800)
    await album.camera.take(doctor, "call-ended-doctor", whole=False)
    await patient.wait("goodbye")
    await album.camera.take(patient, "goodbye-ended")


async def end_for_all(doctor: ChromiumTab) -> None:
    """Ends the call at once, without the seconds in which it can be taken back."""
    await doctor.click("end-session")
    await doctor.click("end-now")


async def admin_pages(album: Album) -> None:
    """Every part of the administration with something in it, and its dialogs."""
    tab = await album.admin()
    for path, method, body in ADMIN_SETTINGS:
        await tab.page.evaluate(ASK, [path, method, body])
    for place in ("people", "sites", "policies", "signin", "messages", "health", "changes"):
        await at_place(album, tab, place)
        await album.camera.take(tab, f"admin-{place}")
    await at_place(album, tab, "people")
    await tab.click("invite-person")
    await tab.wait("invite-dialog")
    await album.camera.take(tab, "admin-invite", whole=False)
    await at_place(album, tab, "messages")
    await tab.click("edit-visit_link")
    await tab.page.wait_for_selector(".message-preview__text")
    await album.camera.take(tab, "admin-wording", whole=False)


async def admin_troubles(album: Album) -> None:
    """Nothing there yet, the server does not answer, offline, and somebody who is no admin; in German."""
    tab = await album.admin(locale="de-DE")
    for place in ("changes", "health"):
        await at_place(album, tab, place)
        await album.camera.take(tab, f"admin-{place}-empty")
    await answer(tab, "/admin/users/search", 503, "unavailable")
    await tab.goto(album.server.base_url + "/admin#people")
    await tab.reload()
    await tab.wait("admin-error")
    await album.camera.take(tab, "admin-no-server")
    await tab.page.context.set_offline(True)
    await tab.wait("offline")
    await album.camera.take(tab, "admin-offline")
    doctor = await album.doctor()
    await doctor.goto(album.server.base_url + "/admin")
    await doctor.wait("no-permission")
    await album.camera.take(doctor, "admin-no-permission")


async def at_place(album: Album, tab: ChromiumTab, place: str) -> None:
    """One part of the administration, loaded."""
    await tab.goto(f"{album.server.base_url}/admin#{place}")
    await tab.reload()
    await tab.page.wait_for_selector(".admin-section")
    await tab.page.wait_for_selector(".admin-wait", state="detached")


STATES: dict[str, Callable[[Album], Awaitable[None]]] = {
    "sign-in": sign_in_page,
    "sign-in-german": sign_in_german,
    "today-quiet": today_quiet,
    "admin": admin_pages,
    "admin-troubles": admin_troubles,
    "today-no-server": today_without_server,
    "link-faults": link_faults,
    "other-browsers": other_browsers,
    "check": device_check,
    "check-trouble": device_check_trouble,
    "check-german": device_check_german,
    "waiting": waiting_room,
    "waiting-no-devices": waiting_without_devices,
    "second-device": second_device,
    "today-busy": today_busy,
    "today-german": today_german,
    "call-alone": call_alone,
    "call-together": call_together,
    "call-ends": call_ends,
    "live-text": live_text,
    "today-tasks": today_tasks,
    **PEOPLE_STATES,
}
