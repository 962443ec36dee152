"""The states of staff accounts, records and audit, each brought about as a person would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pyotp

from tests.browser.screenshot_album import Album

MAKE_CLOSED = """async () => { const headers = {"Content-Type": "application/json"};
const body = {name: "Emil Emergency", birth_date: "1950-05-05", confirmed: true, command_id: "shot-closed"};
return (await (await fetch("/api/v1/patients", {method: "POST", headers, body: JSON.stringify(body)})).json()).patient.id; }"""


async def today_elsewhere(album: Album) -> None:
    """Today of the front desk, where a reviewer begins, and what stands behind More on phones."""
    desk = await album.staff("front_desk", "/today")
    await desk.wait("find-patient")
    await album.camera.take(desk, "today-front-desk")
    officer = await album.staff("reviewer", "/today", locale="de-DE")
    await officer.wait("recording")
    await album.camera.take(officer, "recordings-german")
    await officer.page.set_viewport_size({"width": 390, "height": 844})
    await officer.click("rail-more")
    await album.camera.take(officer, "today-more", whole=False)


async def patients_search(album: Album) -> None:
    """Before a search, found although misspelt, nobody, and a new record."""
    tab = await album.staff("clinician", "/patients")
    await tab.wait("patient-search")
    await album.camera.take(tab, "patients")
    await tab.fill("patient-search", "ana beispil")
    await tab.wait("found")
    await album.camera.take(tab, "patients-found")
    await tab.fill("patient-search", "qqqq")
    await tab.wait("none-found")
    await album.camera.take(tab, "patients-none")
    await tab.click("new-patient")
    await tab.wait("create-dialog")
    await album.camera.take(tab, "patients-new", whole=False)


async def patient_record(album: Album) -> None:
    """A record, a number that is verified, joining with another record; in German."""
    tab = await album.staff("clinician", "/patients", locale="de-DE")
    await tab.fill("patient-search", "anna beispiel")
    await tab.click("found")
    await tab.wait("add-channel")
    await tab.click("add-channel")
    await tab.fill("channel-value", "+49 151 23456789")
    await tab.page.keyboard.press("Enter")
    await tab.wait("verify-channel")
    await album.camera.take(tab, "patient")
    await tab.click("verify-channel")
    await tab.click("send-channel-code")
    await tab.wait("channel-code")
    await album.camera.take(tab, "patient-verify", whole=False)
    await tab.page.keyboard.press("Escape")
    await tab.click("merge")
    await tab.wait("merge-dialog")
    await album.camera.take(tab, "patient-merge", whole=False)


async def patient_closed(album: Album) -> None:
    """A closed record, opened in an emergency, the officer's list, and a record that is not there."""
    desk = await album.staff("front_desk", "/patients")
    place = f"/patients/{await desk.page.evaluate(MAKE_CLOSED)}"
    doctor = await album.staff("clinician", place)
    await doctor.wait("break-glass")
    await album.camera.take(doctor, "patient-closed")
    await doctor.click("break-glass")
    await doctor.wait("glass-reason")
    await album.camera.take(doctor, "patient-glass", whole=False)
    await doctor.fill("glass-reason", "Found unconscious, allergies unknown")
    await doctor.click("confirm-glass")
    await doctor.wait("close-glass")
    await album.camera.take(doctor, "patient-glass-open")
    officer = await album.staff("reviewer", "/privacy")
    await officer.wait("access")
    await album.camera.take(officer, "privacy")
    await doctor.goto(f"{album.server.base_url}/patients/pat_nobody")
    await doctor.page.wait_for_selector(".state--error")
    await album.camera.take(doctor, "patient-missing")
    await doctor.goto(f"{album.server.base_url}/privacy")
    await doctor.wait("no-permission")
    await album.camera.take(doctor, "privacy-refused")


async def audit_pages(album: Album) -> None:
    """The trail before and after a search, and for somebody who may not read it."""
    tab = await album.staff("reviewer", "/audit")
    await tab.wait("audit-complete")
    await album.camera.take(tab, "audit")
    await tab.click("audit-find")
    await tab.page.wait_for_selector('[data-testid="audit-results"] tbody tr')
    await album.camera.take(tab, "audit-found")
    doctor = await album.staff("clinician", "/audit")
    await doctor.wait("no-permission")
    await album.camera.take(doctor, "audit-refused")


async def account_pages(album: Album) -> None:
    """One's account, the authenticator app, the recovery codes, and the second step of the next sign-in."""
    tab = await album.staff("responder", "/account")
    await tab.wait("totp-add")
    await album.camera.take(tab, "account")
    await tab.click("totp-add")
    await tab.wait("totp-qr")
    await album.camera.take(tab, "account-app", whole=False)
    await tab.page.click(".setup summary")
    secret = (await tab.page.inner_text('[data-testid="totp-secret"]')).replace(" ", "")
    await tab.fill("totp-code", pyotp.TOTP(secret).now())
    await tab.click("totp-confirm")
    await tab.wait("recovery-codes")
    await album.camera.take(tab, "account-codes", whole=False)
    email, password = album.server.account("responder")
    again = await album.tab()
    await again.goto(album.server.base_url + "/sign-in")
    await again.fill("login-email", email)
    await again.fill("login-password", password)
    await again.click("login-submit")
    await again.wait("second-step")
    await album.camera.take(again, "sign-in-second-step")
    await again.click("use-recovery")
    await album.camera.take(again, "sign-in-recovery")


async def lock_and_invitation(album: Album) -> None:
    """The locked page, and an invitation that leads nowhere."""
    tab = await album.staff("clinician", "/account")
    await tab.click("lock-now")
    await tab.wait("lock-screen")
    await album.camera.take(tab, "lock", whole=False)
    guest = await album.tab()
    await guest.goto(f"{album.server.base_url}/invitation#{'A' * 43}")
    await guest.page.wait_for_selector("h1")
    await album.camera.take(guest, "invitation-unknown")


PEOPLE_STATES: dict[str, Callable[[Album], Awaitable[None]]] = {
    "today-elsewhere": today_elsewhere,
    "patients": patients_search,
    "patient-record": patient_record,
    "patient-closed": patient_closed,
    "audit": audit_pages,
    "account": account_pages,
    "lock": lock_and_invitation,
}
