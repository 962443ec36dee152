"""Waiting rooms for the album of screenshots: people who wait, the card before answering, the admin's part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.browser.browsers import selector
from tests.browser.screenshot_album import NAMES, Album
from tests.browser.walk_ins import act, leave_room, open_room, walk_in


async def queues(album: Album) -> None:
    """The page, its dialogs, and the same people on Today."""
    admin, doctor = await album.admin(), await album.staff("clinician", "/queues")
    room = await open_room(admin, "Walk-in clinic", ("clinician", "front_desk"))
    browser = doctor.context.browser
    assert browser is not None
    born = {"birth_date": "1980-05-01", "needs": ["sign_language"]}
    people = [await walk_in(browser, album.server, room, name, **(born if name == NAMES[0] else {})) for name in NAMES]
    album.tabs += [person.tab for person in people]
    ada = people[0]
    await doctor.wait(people[-1].row)
    await act(doctor, ada, "rank-urgent")
    await doctor.wait("priority")
    await album.camera.take(doctor, "queues")
    await doctor.page.click(f"{ada.row} {selector('answer')}")
    await album.camera.take(doctor, "queues-confirm", whole=False)
    await doctor.press("Escape")
    for name, opened in (("act-message", "queue-text"), ("act-transfer", "transfer-to"), ("act-remove", "remove-reason")):
        await act(doctor, ada, name)
        await doctor.wait(opened)
        await album.camera.take(doctor, f"queues-{name.removeprefix('act-')}", whole=False)
        await doctor.press("Escape")
    await doctor.goto(album.server.base_url + "/today")
    await doctor.wait(ada.row)
    await album.camera.take(doctor, "queues-today")
    await admin.goto(album.server.base_url + "/admin#queues")
    await admin.reload()
    await admin.wait("queue-line")
    await album.camera.take(admin, "queues-admin")
    await admin.click("queue-edit")
    await admin.wait("queue-name")
    await album.camera.take(admin, "queues-admin-edit", whole=False)
    await leave_room(admin, room)


QUEUE_STATES: dict[str, Callable[[Album], Awaitable[None]]] = {"queues": queues}
