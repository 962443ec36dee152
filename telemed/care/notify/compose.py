"""Making a message: what its cause asks for becomes a row; a row and the clinic become what a gateway is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from telemed.care.notify import catalogue, texts
from telemed.care.notify.catalogue import Template
from telemed.care.notify.delivery import REPEATABLE
from telemed.care.notify.records import DeliveryState, Fault, Letter, Medium, OutboxMessage, Route, TemplateRecord
from telemed.care.notify.wording import MAX_CHECKPOINT_TEXT, Wording, render
from telemed.care.records import OrganisationRecord
from telemed.care.tokens import derived_token
from telemed.errors import Conflict, InvalidInput

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL_ADDRESS = re.compile(
    rf"(?=.{{3,254}}$)(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
)  # RFC 5321 section 4.1.2
PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
DEDUPE_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,80}")
LONGEST_LIFE = timedelta(days=14)  # a message that waited longer tells nobody anything
# The two values from which the link of a visit is made when it is sent, so that no link lies in the database.
LINK_PARTS = frozenset({"actor_id", "command_id"})
# Of the messages whose link is made so: the page it opens.
PAGES: Mapping[Template, str] = {
    Template.VISIT_LINK: "j",
    Template.EMERGENCY_LINK: "e",
    Template.QUEUE_SOON: "j",
    Template.QUEUE_CALLED: "j",
    Template.VISIT_MESSAGE: "m",
}
_LINK_PART = re.compile(r"[\x21-\x7e]{1,80}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cause asks for. `dedupe_key` names the cause without naming the person, such as "invitation:<id>": asked for again
    with the same key, the message that is there stays the only one."""

    id: str  # new_id("out")
    organisation_id: str
    medium: Medium
    recipient: str = field(repr=False)
    template: Template
    language: str
    about_id: str
    dedupe_key: str
    expires_at: datetime  # when what it says is no longer true
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    route: Route = Route.FIRST


def compose(wanted: Wanted, now: datetime) -> OutboxMessage:
    """Return the row to put into the outbox. Raises InvalidInput, never with a value in it."""
    check_recipient(wanted.medium, wanted.recipient)
    _check_details(wanted.template, wanted.details)
    if texts.built_in(wanted.template, wanted.medium, wanted.language) is None:
        raise InvalidInput("This message cannot travel this way.", field="medium")
    if not DEDUPE_KEY.fullmatch(wanted.dedupe_key):
        raise InvalidInput("The key of the message has the wrong form.", field="dedupe_key")
    return OutboxMessage(
        id=wanted.id,
        organisation_id=wanted.organisation_id,
        medium=wanted.medium,
        recipient=wanted.recipient,
        template=wanted.template.value,
        language=texts.language_for(wanted.language),
        details=dict(wanted.details),
        about_id=wanted.about_id,
        state=DeliveryState.QUEUED,
        attempts=0,
        error=Fault.NONE,
        gateway_id=None,
        dedupe_key=wanted.dedupe_key,
        created_at=now,
        due_at=now,
        expires_at=min(wanted.expires_at, now + LONGEST_LIFE),
        route=wanted.route,
    )


def again(message: OutboxMessage, new_id: str, now: datetime) -> OutboxMessage:
    """Return a new message like a failed or unknown one: the explicit "send again", with a key of its own.

    Asked for twice, the second is the same cause and changes nothing. Raises Conflict when it went out, is under way, is too old,
    or its values are gone.
    """
    if not may_repeat(message, now):
        raise Conflict("This message cannot be sent again.")
    fresh = replace(message, id=new_id, state=DeliveryState.QUEUED, attempts=0, error=Fault.NONE, gateway_id=None)
    return replace(fresh, dedupe_key=f"again:{message.id}", created_at=now, due_at=now, lease_until=None, finished_at=None)


def may_repeat(message: OutboxMessage, now: datetime) -> bool:
    """Whether "send again" makes sense and is still possible."""
    is_whole = message.recipient != "" and not values_gone(message)
    return message.state in REPEATABLE and is_whole and message.expires_at > now


def values_gone(message: OutboxMessage) -> bool:
    """Whether its template needs values that it does not hold any more. Raises InvalidInput for an unknown template."""
    return bool(catalogue.NEEDS[catalogue.template_named(message.template)]) and not message.details


@dataclass(frozen=True, slots=True)
class VisitLink:
    """A link that a command made (`actor_id`, `command_id`: those of that command), to be sent by another (`sent_by`)."""

    link_id: str
    organisation_id: str
    actor_id: str
    command_id: str
    expires_at: datetime
    sent_by: str  # id of the command that sends it: a retry of it sends nothing twice


def visit_link_wanted(link: VisitLink, message_id: str, medium: Medium, recipient: str, language: str) -> Wanted:
    """Return "send this link by mail or SMS" for `compose`. The link itself is made when the message is sent."""
    return Wanted(
        id=message_id,
        organisation_id=link.organisation_id,
        medium=medium,
        recipient=recipient,
        template=Template.VISIT_LINK,
        language=language,
        about_id=link.link_id,
        dedupe_key=f"visit_link:{link.sent_by}",
        expires_at=link.expires_at,
        details={"actor_id": link.actor_id, "command_id": link.command_id},
    )


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the links of visits from what their message holds. `key` is that of link tokens."""

    base_url: str
    key: bytes = field(repr=False)

    def link(self, actor_id: str, command_id: str, page: str = "j") -> str:
        """The address that the command's first answer held, too."""
        return f"{self.base_url.rstrip('/')}/{page}#{derived_token(self.key, actor_id, command_id)}"


def letter(message: OutboxMessage, clinic: OrganisationRecord, own: TemplateRecord | None, links: LinkMaker) -> Letter:
    """Return what the gateway is given, in the clinic's own wording if it has one. Raises InvalidInput when it cannot be made."""
    template = catalogue.template_named(message.template)
    wording = Wording(own.subject, own.body) if own else texts.built_in(template, message.medium, message.language)
    if wording is None:
        raise InvalidInput("There is no wording for this message.", field="template")
    values = {"clinic": clinic.name, "phone": clinic.phone} | dict(message.details)
    if LINK_PARTS <= values.keys():
        page = PAGES.get(template, "j")
        values["link"] = links.link(values.pop("actor_id"), values.pop("command_id"), page)
    rendered = render(wording, values)
    if not rendered.text or len(rendered.text) > MAX_CHECKPOINT_TEXT:
        raise InvalidInput("The message has no text or too much of it.", field="body")
    return Letter(message.id, message.template, message.recipient, rendered.subject, rendered.text, clinic.name, message.route)


def check_recipient(medium: Medium, recipient: str) -> None:
    """Raise InvalidInput unless it is an address of this medium: one, ASCII (few servers take others), nothing around it."""
    pattern = MAIL_ADDRESS if medium is Medium.MAIL else PHONE_NUMBER
    if not pattern.fullmatch(recipient):
        raise InvalidInput("The recipient has the wrong form.", field="recipient")


def _check_details(template: Template, details: Mapping[str, str]) -> None:
    if template in PAGES and set(details) == LINK_PARTS:
        if not all(isinstance(value, str) and _LINK_PART.fullmatch(value) for value in details.values()):
            raise InvalidInput("A part of the link has the wrong form.", field="details")
        return
    catalogue.check_values(template, details)
