"""Which templates there are, which values each needs, and what each value may look like. Closed lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telemed.errors import InvalidInput


class Template(StrEnum):
    """What a message can be about."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, not a password
    CHANNEL_CODE = "channel_code"
    VISIT_LINK = "visit_link"
    EMERGENCY_LINK = "emergency_link"
    BREAK_GLASS_NOTICE = "break_glass_notice"
    RECORDING_ERASE_NOTICE = "recording_erase_notice"
    ON_CALL_PAGE = "on_call_page"
    AUDIT_HEAD = "audit_head"
    NEW_DEVICE = "new_device"
    PASSKEY_ADDED = "passkey_added"
    QUEUE_SOON = "queue_soon"
    QUEUE_CALLED = "queue_called"
    QUEUE_ARRIVAL = "queue_arrival"
    VISIT_MESSAGE = "visit_message"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class ValueRule:
    """What the value of a placeholder may be; `sample` is for previews."""

    pattern: re.Pattern[str]
    sample: str


# Values come from our own code; the patterns keep a mistake there from becoming a header, a second link or a page of text.
_PLAIN = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
VALUES: Mapping[str, ValueRule] = {
    "clinic": ValueRule(re.compile(_PLAIN + "{1,120}"), "Example Clinic"),
    "phone": ValueRule(re.compile(_PLAIN + "{0,32}"), "+49 30 1234567"),
    "link": ValueRule(re.compile(r"https?://[\x21-\x7e]{1,400}"), "https://care.example.org/j#0123456789abcdefghijkl"),
    "code": ValueRule(re.compile(r"[0-9A-Z]{4,12}"), "123456"),
    "minutes": ValueRule(re.compile(r"[1-9][0-9]{0,4}"), "10"),
    "hours": ValueRule(re.compile(r"[1-9][0-9]{0,4}"), "72"),
    "device": ValueRule(re.compile(r"[A-Za-z0-9 .,()_-]{1,80}"), "Firefox on Linux"),
    "when": ValueRule(re.compile(r"[0-9A-Za-z .:+-]{1,40}"), "2026-11-22 09:30 UTC"),
    "day": ValueRule(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "2026-11-22"),
    "checkpoint": ValueRule(re.compile(r"[\x20-\x7e\n]{1,4000}"), '{"sequence": 1}'),
}
ALWAYS = frozenset({"clinic", "phone"})  # known to the worker; no message carries them
NEEDS: Mapping[Template, frozenset[str]] = {
    Template.INVITATION: frozenset({"link", "hours"}),
    Template.PASSWORD_RESET: frozenset({"link", "hours"}),
    Template.CHANNEL_CODE: frozenset({"code", "minutes"}),
    Template.VISIT_LINK: frozenset({"link"}),
    Template.EMERGENCY_LINK: frozenset({"link"}),
    Template.BREAK_GLASS_NOTICE: frozenset({"link"}),
    Template.RECORDING_ERASE_NOTICE: frozenset({"link"}),
    Template.ON_CALL_PAGE: frozenset({"link"}),
    Template.AUDIT_HEAD: frozenset({"day", "checkpoint"}),
    Template.NEW_DEVICE: frozenset({"device", "when"}),
    Template.PASSKEY_ADDED: frozenset({"device", "when"}),
    Template.QUEUE_SOON: frozenset({"link"}),
    Template.QUEUE_CALLED: frozenset({"link"}),
    Template.QUEUE_ARRIVAL: frozenset({"link"}),
    Template.VISIT_MESSAGE: frozenset({"link"}),
    Template.TEST: frozenset(),
}
# Without these a message would be of no use, whatever wording a clinic prefers.
ESSENTIAL = frozenset({"link", "code", "checkpoint"})


def allowed_in(template: Template) -> frozenset[str]:
    """The placeholders a wording of this template may use."""
    return ALWAYS | NEEDS[template]


def required_in(template: Template) -> frozenset[str]:
    """The placeholders every wording of this template must use."""
    return NEEDS[template] & ESSENTIAL


def template_named(name: str) -> Template:
    """The template of this name. Raises InvalidInput."""
    try:
        return Template(name)
    except ValueError:
        raise InvalidInput("There is no such template.", field="template") from None


def check_values(template: Template, values: Mapping[str, str]) -> None:
    """Raise InvalidInput, naming the placeholder but never its value, unless `values` are just those the template needs."""
    if set(values) != set(NEEDS[template]):
        raise InvalidInput("These are not the values this template needs.", field="details")
    for name, value in values.items():
        if not isinstance(value, str) or not VALUES[name].pattern.fullmatch(value):
            raise InvalidInput(f"The value of {name} has the wrong form.", field="details")


def samples(template: Template) -> dict[str, str]:
    """Values for a preview."""
    return {name: VALUES[name].sample for name in allowed_in(template)}
