"""Settings: a TOML file becomes frozen records, or a list of all its faults with line and fix."""

from __future__ import annotations

from telemed.config.faults import ConfigFaults, Fault
from telemed.config.files import load, resolve
from telemed.config.model import (
    Audit,
    Backup,
    Clinic,
    Config,
    Limits,
    Logging,
    Mail,
    Media,
    Metrics,
    Recording,
    SecondSms,
    Secrets,
    Server,
    Sms,
    Store,
    Turn,
)  # fmt: skip
from telemed.config.read import from_table, parse
from telemed.config.write import render

__all__ = [
    "Audit", "Backup", "Clinic", "Config", "ConfigFaults", "Fault", "Limits", "Logging", "Mail", "Media", "Metrics",
    "Recording", "SecondSms", "Secrets", "Server", "Sms", "Store", "Turn",
    "from_table", "load", "parse", "render", "resolve",
]  # fmt: skip
