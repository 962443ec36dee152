"""Messages on their way out: the worker that empties the outbox, and the gateways it hands them to."""

from __future__ import annotations

from telemed.notify.gateways import configured_gateways, mail_gateway
from telemed.notify.log_gateway import LogGateway, Shown
from telemed.notify.mail_message import mail_message
from telemed.notify.service import Notify
from telemed.notify.sms_gateway import SmsGateway, SmsSettings
from telemed.notify.smtp_gateway import Security, SmtpGateway, SmtpSettings
from telemed.notify.two_routes import TwoRoutes
from telemed.notify.worker import Worker, WorkerSettings

__all__ = [
    "LogGateway", "Notify", "Security", "Shown", "SmsGateway", "SmsSettings", "SmtpGateway", "SmtpSettings",
    "TwoRoutes", "Worker", "WorkerSettings", "configured_gateways", "mail_gateway", "mail_message",
]  # fmt: skip
