"""Which gateways an installation has: those of its configuration, or in a demo the log for both media."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime

from telemed.care.notify.ports import Gateway
from telemed.care.notify.records import Medium
from telemed.config import Config, Mail, Sms
from telemed.errors import ConfigError
from telemed.notify.log_gateway import LogGateway, new_list
from telemed.notify.sms_gateway import SmsGateway, SmsSettings
from telemed.notify.smtp_gateway import Security, SmtpGateway, SmtpSettings
from telemed.notify.two_routes import TwoRoutes


def configured_gateways(config: Config, demo: bool, utcnow: Callable[[], datetime]) -> dict[Medium, Gateway]:
    """Return the ways out by medium. A demo sends nothing, unless a gateway is configured for it. Raises ConfigError."""
    found: dict[Medium, Gateway] = {}
    if demo:
        shown = new_list()
        found = {medium: LogGateway(medium, utcnow, shown) for medium in Medium}
    if config.mail.host:
        found[Medium.MAIL] = mail_gateway(config.mail, utcnow)
    if config.sms.url:
        first = _provider(config.sms, utcnow)
        found[Medium.SMS] = TwoRoutes(first, _provider(config.sms_second, utcnow)) if config.sms_second.url else first
    return found


def _provider(sms: Sms, utcnow: Callable[[], datetime]) -> SmsGateway:
    return SmsGateway(SmsSettings(sms.url, sms.token, sms.sender), utcnow)


def mail_gateway(mail: Mail, utcnow: Callable[[], datetime]) -> SmtpGateway:
    """Return the gateway of a configured mail server. Raises ConfigError when its authority file cannot be used."""
    settings = SmtpSettings(
        mail.host, mail.port, Security(mail.security), mail.sender, mail.username, mail.password, mail.authority_file
    )
    try:
        return SmtpGateway(settings, utcnow)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("mail.authority_file holds no certificates.") from error
