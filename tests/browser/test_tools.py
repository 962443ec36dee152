"""The doctor's tools around the talk: being told who waits, devices, the window, the note, the patient's name, the link."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.browsers import FAKE_DEVICE, ChromiumTab, chromium, eventually, media_flows, open_chromium_tab, selector
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

DESK = {"viewport": {"width": 1000, "height": 640}}  # few pixels to paint: everything here is painted by the processor
PHONE = {"viewport": {"width": 390, "height": 844}}
# Granting some refuses all others, so camera and microphone are named too.
ALLOWED = ["camera", "microphone", "notifications", "clipboard-read", "clipboard-write"]
TWO_DEVICES = f"{FAKE_DEVICE}=fps=10,device-count=2"
STAGE_SECONDS = 45.0  # from a press to its effect on another page, on a loaded two-core machine
# Counts what a person would hear and see, and lets it happen.
LISTEN = """(() => { window.told = []; window.tones = 0;
const Real = window.Notification;
window.Notification = class extends Real {
 constructor(title, more) { super(title, more); window.told.push(title + more.body); } };
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...rest) { window.tones += 1; return start.apply(this, rest); }; })()"""
CAMERA_LABEL = """() => document.querySelector('[data-testid="local-video"]').srcObject?.getVideoTracks()[0]?.label ?? ''"""
CHOICES = """() => [...document.querySelectorAll('[data-testid="choose-camera"] option')].map((one) => one.label)"""
SENT_LABELS = """() => window.connections.filter((one) => one.signalingState !== "closed")
 .flatMap((one) => one.getSenders().map((sender) => sender.track?.label ?? ""))"""
LAST_BUTTON_IN_SIGHT = """() => {
 const end = document.querySelector('[data-testid="end-session"]').getBoundingClientRect();
 return end.left > 0 && end.right <= innerWidth && end.width >= 24; }"""
NAME_KEPT = """async () => (await (await fetch("/api/v1/sessions/" + location.pathname.split("/").pop())).json())
 .session.patient_name"""
NOTE = "canary of a staff note"


async def told_tab(browser: Browser) -> ChromiumTab:
    """A page that counts tones and notifications."""
    tab = await open_chromium_tab(browser, **DESK, permissions=ALLOWED)
    await tab.page.add_init_script(LISTEN)
    return tab


async def test_who_waits_is_heard_and_seen_at_once(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await told_tab(browser), await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        await doctor.click("alerts-on")
        link = await start_consultation(doctor)
        await doctor.goto(server.base_url + "/today")
        await doctor.page.click("h1")  # browsers want a press before they let a page sound
        before = await doctor.evaluate("() => window.tones")
        await join_as_patient(patient, link, "Ada Example")
        await doctor.wait("waiting-row", timeout=STAGE_SECONDS)
        row = await doctor.page.inner_text(selector("waiting-row"))
        assert "Ada Example" in row and "Camera and sound work" in row
        await eventually(lambda: doctor.evaluate(f"() => window.tones > {before}"))
        told = await eventually(lambda: doctor.evaluate("() => window.told"))
        assert not any("Ada" in words for words in told), "a locked screen may show it"
        await admit(doctor)  # one click leads to the stage and lets the patient in
        await patient.wait("call-stage", timeout=STAGE_SECONDS)
        await media_flows(doctor, videos=1, audios=1)
        assert doctor.problems == [] and patient.problems == []


async def in_call(doctor: ChromiumTab, patient: ChromiumTab, server: Server) -> str:
    """From sign-in to the call; returns the patient's link."""
    await sign_in(doctor, server)
    link = await start_consultation(doctor)
    await join_as_patient(patient, link, "Ada Example")
    await admit(doctor)
    await patient.wait("call-stage", timeout=STAGE_SECONDS)
    await media_flows(patient, videos=1, audios=1)
    return link


async def test_the_link_is_copied_and_the_visit_named_while_the_doctor_is_alone(server: Server) -> None:
    async with chromium() as browser:
        doctor = await told_tab(browser)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await doctor.wait("invite-qr")
        await doctor.click("copy-link")
        await eventually(lambda: doctor.evaluate(f"async () => await navigator.clipboard.readText() === {link!r}"))
        await doctor.fill("edit-patient-name", "Berta Beispiel")
        await doctor.page.press(selector("edit-patient-name"), "Enter")
        await eventually(lambda: kept_name(doctor))
        for width in (320, 360, 375, 390, 768):
            await doctor.page.set_viewport_size({"width": width, "height": 740})
            await eventually(lambda: doctor.evaluate(LAST_BUTTON_IN_SIGHT))
        assert doctor.problems == []


async def kept_name(doctor: ChromiumTab) -> bool:
    """Whether the server has the name that was typed."""
    return bool(await doctor.evaluate(NAME_KEPT) == "Berta Beispiel")


async def test_devices_are_turned_off_on_and_changed(server: Server) -> None:
    async with chromium(TWO_DEVICES) as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await in_call(doctor, patient, server)
        await doctor.click("toggle-mic")
        await patient.page.wait_for_selector('.tile:not(.tile--self) [aria-label="Microphone off"]', timeout=STAGE_SECONDS * 1000)
        await doctor.click("toggle-camera")
        await patient.page.wait_for_selector(selector("remote-video"), state="hidden", timeout=STAGE_SECONDS * 1000)
        await doctor.click("toggle-camera")
        await doctor.click("toggle-mic")
        await patient.wait("remote-video", timeout=STAGE_SECONDS)
        await media_flows(patient, videos=1, audios=1)
        await cameras_change(doctor)
        await media_flows(patient, videos=1, audios=1)
        assert doctor.problems == [] and patient.problems == []


async def cameras_change(doctor: ChromiumTab) -> None:
    """To the other camera, which is then what is sent, and back: not every machine decodes what the second fake one gives."""
    first = str(await doctor.evaluate(CAMERA_LABEL))
    await doctor.click("more")
    await doctor.click("open-devices")
    await eventually(lambda: doctor.evaluate(f"() => ({CHOICES})().length === 2"))
    other = next(label for label in await doctor.evaluate(CHOICES) if label != first)
    for label in (other, first):
        await doctor.page.select_option(selector("choose-camera"), label=label)
        await eventually(lambda label=label: doctor.evaluate(f"() => ({SENT_LABELS})().includes({label!r})"), STAGE_SECONDS)
    for kind in ("microphone", "speaker"):
        await doctor.wait(f"choose-{kind}")


async def test_the_window_and_the_note(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        heard: list[str] = []
        patient.page.on("response", lambda answer: heard.append(answer.url))
        patient.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
        await in_call(doctor, patient, server)
        await doctor.click("more")
        await doctor.click("full-screen")
        await eventually(lambda: doctor.evaluate("() => !!document.fullscreenElement"))
        await doctor.click("more")
        await doctor.click("full-screen")
        await eventually(lambda: doctor.evaluate("() => !document.fullscreenElement"))
        await doctor.click("more")
        await doctor.click("picture-in-picture")
        await eventually(lambda: doctor.evaluate("() => !!document.pictureInPictureElement"))
        await doctor.click("more")
        await doctor.click("open-notes")
        await doctor.fill("note-input", NOTE)
        await doctor.page.wait_for_selector('[data-testid="note-status"][data-status="saved"]', timeout=STAGE_SECONDS * 1000)
        await doctor.reload()
        await doctor.wait("call-stage", timeout=STAGE_SECONDS)
        await doctor.click("more")
        await doctor.click("open-notes")
        await eventually(
            lambda: doctor.evaluate(f"""() => document.querySelector('[data-testid="note-input"]')?.value === {NOTE!r}""")
        )
        told = [words for words in heard if NOTE in words or words.endswith("/note")]
        assert heard and not told, f"the note stays with staff: {told}"
        assert doctor.problems == [] and patient.problems == []
