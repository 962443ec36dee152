"""Mail and SMS: is there a way out, and does the mail server let us in?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from telemed.care.notify.records import Fault
from telemed.config import Config
from telemed.doctor.findings import Finding, fault, ok, warn
from telemed.errors import ConfigError
from telemed.notify import SmtpGateway, mail_gateway

CLOSING_SECONDS = 0.05  # a connection ends a moment after it was closed, and the loop must live for it

ADVICE = {
    Fault.UNREACHABLE: ("the mail server does not answer", "check mail.host and mail.port, and whether a firewall is between"),
    Fault.TLS: ("the connection to the mail server cannot be sealed", "check mail.security, and the server's certificate"),
    Fault.LOGIN: ("the mail server refuses the account", "check mail.username and its password"),
    Fault.BUSY: ("the mail server turns us away", "ask whoever runs it"),
}


def ways_out(config: Config) -> list[Finding]:
    """One line each for mail (connects, seals, signs in, sends nothing) and SMS (which no one can try without paying)."""
    return [_mail(config), _sms(config)]


def _mail(config: Config) -> Finding:
    if not config.mail.host:
        return warn("mail", "not configured: invitations and links are passed on by hand", "fill the section [mail]")
    try:
        gateway = mail_gateway(config.mail, lambda: datetime.now(UTC))
    except ConfigError:
        return fault("mail", "mail.authority_file holds no certificates", "name a PEM file")
    found = asyncio.run(_probed(gateway))
    if found is Fault.NONE:
        return ok("mail", "the mail server lets us in")
    text, fix = ADVICE.get(found, ADVICE[Fault.BUSY])
    return fault("mail", text, fix)


async def _probed(gateway: SmtpGateway) -> Fault:
    found = await gateway.probe()
    await asyncio.sleep(CLOSING_SECONDS)
    return found


def _sms(config: Config) -> Finding:
    if not config.sms.url:
        return ok("sms", "not configured: nobody is reached by SMS")
    if config.sms_second.url:
        return ok("sms", "configured with a second route; try the first with `telemed notify test --to NUMBER`")
    return ok("sms", "configured; try it with `telemed notify test --to NUMBER`")
