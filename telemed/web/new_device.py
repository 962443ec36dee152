"""A mail to the owner of an account that was signed in to with a browser it does not know."""

from __future__ import annotations

from datetime import UTC, timedelta

from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium
from telemed.errors import InvalidInput
from telemed.ids import new_id
from telemed.web.call import Services
from telemed.web.sign_in import SignedIn

MAIL_LIFE = timedelta(hours=24)  # later it warns of nothing that could still be stopped


async def tell_of_new_device(services: Services, signed_in: SignedIn, device: str) -> None:
    """Put the mail into the outbox; without a mail server nobody is told. `device`: the browser in our words."""
    deps, user = services.deps, signed_in.user
    if not deps.settings.sends_mail:
        return
    now = deps.clock.utcnow()
    wanted = Wanted(
        id=new_id("out"),
        organisation_id=user.organisation_id,
        medium=Medium.MAIL,
        recipient=user.email,
        template=Template.NEW_DEVICE,
        language=user.language or "en",
        about_id=signed_in.login_id,
        dedupe_key=f"new_device:{signed_in.login_id}",
        expires_at=now + MAIL_LIFE,
        details={"device": device, "when": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")},
    )
    try:
        message = compose(wanted, now)
    except InvalidInput:
        return  # an address few mail servers take: the sign-in goes on
    async with deps.store.write() as tx:
        await tx.outbox.put(message)
    deps.notifier.wake()
