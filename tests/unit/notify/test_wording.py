"""What messages say: complete in each language, short enough, nothing but the closed list, nothing into headers."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.notify import catalogue, sms_text, texts
from telemed.care.notify.catalogue import NEEDS, VALUES, Template
from telemed.care.notify.compose import LinkMaker, again, check_recipient, compose, letter
from telemed.care.notify.delivery import settle, take
from telemed.care.notify.records import Medium, Outcome, TemplateRecord, Verdict
from telemed.care.notify.wording import Wording, check_wording, render
from telemed.care.tokens import derived_token
from telemed.errors import Conflict, InvalidInput, TelemedError
from tests.unit.notify.builders import CLINIC, LINK, NOW, message, wanted

LINKS = LinkMaker("https://care.example.org", b"k" * 32)
ALL = list(product(texts.LANGUAGES, Template, Medium))
NOT_BY_SMS = {Template.AUDIT_HEAD}
TOLD = re.compile(
    r"doctor|dr\.|arzt|ärzt|patient|diagnos|therap|treatment|behandlung|video|appointment|termin|health|gesund", re.I
)


@pytest.mark.parametrize(("language", "template", "medium"), ALL)
def test_every_template_is_there_passes_its_own_check_and_says_nothing_clinical(
    language: str, template: Template, medium: Medium
) -> None:
    wording = texts.built_in(template, medium, language)
    assert (wording is None) == (medium is Medium.SMS and template in NOT_BY_SMS)
    if wording is None:
        return
    check_wording(template, medium, wording)
    assert not TOLD.search(wording.subject + wording.body)
    rendered = render(wording, catalogue.samples(template))
    assert "{" not in rendered.subject and ("{" not in rendered.text or template is Template.AUDIT_HEAD)
    assert CLINIC.name in render(wording, catalogue.samples(template) | {"clinic": CLINIC.name}).text
    if medium is Medium.MAIL:
        assert VALUES["phone"].sample in rendered.text, "whom to call"
    else:
        assert rendered.subject == "" and sms_text.is_gsm(rendered.text), "7-bit"
        assert sms_text.parts(rendered.text) == 1, f"{sms_text.length(rendered.text)} places"


def test_samples_meet_their_own_rules() -> None:
    assert set(VALUES) == catalogue.ALWAYS.union(*NEEDS.values())
    for rule in VALUES.values():
        assert rule.pattern.fullmatch(rule.sample)


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("DE", "de"), ("de_CH", "de"), ("fr", "en"), ("", "en"), ("../de", "en")]
)
def test_languages_fall_back(tag: str, language: str) -> None:
    assert texts.language_for(tag) == language


@pytest.mark.parametrize(
    ("text", "places", "parts"),
    [("a" * 160, 160, 1), ("a" * 161, 161, 2), ("€" * 80, 160, 1), ("ü" * 160, 160, 1), ("ж" * 70, 70, 1), ("ж" * 71, 71, 2)]
    + [("😀" * 35, 70, 1), ("😀" * 36, 72, 2), ("", 0, 1)],
)
def test_places_of_an_sms(text: str, places: int, parts: int) -> None:
    assert (sms_text.length(text), sms_text.parts(text)) == (places, parts)


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("Hello", "no link", "body"),
        ("Hello", "{link} {diagnosis}", "body"),
        ("Hello", "{link} {code}", "body"),
        ("Hello", "{link} {", "body"),
        ("Hello", "{link} {{clinic}}", "body"),
        ("Hello", "{link}\x07", "body"),
        ("Hello", "{link}\u202e", "body"),
        ("Hello", "{link}" + "x" * 4000, "body"),
        ("Hello", "  ", "body"),
        ("", "{link}", "subject"),
        ("a\nBcc: x@example.org", "{link}", "subject"),
        ("a\rb", "{link}", "subject"),
        ("{link}", "{link}", "subject"),
        ("x" * 121, "{link}", "subject"),
    ],
)
def test_a_bad_wording_is_refused_with_its_field(subject: str, body: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_wording(Template.VISIT_LINK, Medium.MAIL, Wording(subject, body))
    assert caught.value.field == field


@given(subject=st.text(max_size=140), body=st.text(max_size=200), name=st.sampled_from(list(Template)))
def test_what_passes_the_check_can_be_sent(subject: str, body: str, name: Template) -> None:
    wording = Wording(subject, body)
    try:
        check_wording(name, Medium.MAIL, wording)
    except InvalidInput:
        return
    rendered = render(wording, catalogue.samples(name))
    assert len(rendered.subject.splitlines()) <= 1 and rendered.text


@given(value=st.text())
def test_no_value_adds_a_line_to_the_subject_or_is_filled_again(value: str) -> None:
    rendered = render(Wording("To {clinic}", "{clinic}"), {"clinic": value + "{phone}", "phone": "FILLED"})
    assert len(rendered.subject.splitlines()) == 1
    assert "FILLED" not in rendered.subject + rendered.text


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b,c@d",
        "a@b c",
        "a@b\nBcc: c@d",
        "a b@c.org",
        "<a@b.org>",
        "ü@b.org",
        "a@b.org\n",
        "a@-b",
        "a" * 250 + "@b.org",
    ],
)
def test_a_recipient_is_one_address(recipient: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_recipient(Medium.MAIL, recipient)
    assert len(recipient) < 4 or recipient not in str(caught.value.message)


@pytest.mark.parametrize("recipient", ["030123", "+0301234567", "+49 30 123", "+491234567890123456", "+49301234567\n"])
def test_a_number_is_e164(recipient: str) -> None:
    with pytest.raises(InvalidInput):
        check_recipient(Medium.SMS, recipient)


@pytest.mark.parametrize(
    "changes",
    [
        {"details": {}},
        {"details": {"link": LINK, "name": "Pat"}},
        {"details": {"link": "javascript:alert(1)"}},
        {"details": {"link": LINK + "\nSecond line"}},
        {"details": {"actor_id": "usr_1", "command_id": "a b"}},
        {"template": Template.CHANNEL_CODE, "details": {"code": "12 34", "minutes": "10"}},
        {"template": Template.AUDIT_HEAD, "medium": Medium.SMS, "recipient": "+49301234567"},
        {"dedupe_key": "pat.doe@example.org"},
        {"dedupe_key": ""},
        {"recipient": "nobody"},
    ],
)
def test_a_bad_message_is_refused_without_its_values(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        compose(wanted(**changes), NOW)
    assert "pat.doe" not in str(caught.value)


def test_a_letter_in_the_clinics_own_words() -> None:
    own = TemplateRecord("org_1", "visit_link", "en", Medium.MAIL, "{clinic}", "Here: {link}", NOW)
    ready = letter(message(), CLINIC, own, LINKS)
    assert (ready.subject, ready.text, ready.sender_name) == ("Klinik Möwe", f"Here: {LINK}", "Klinik Möwe")
    assert "Möwe" not in repr(ready) and "example" not in repr(ready)


def test_a_link_is_made_when_it_is_sent() -> None:
    queued = message(details={"actor_id": "usr_1", "command_id": "cmd-1"})
    token = derived_token(b"k" * 32, "usr_1", "cmd-1")
    assert f"https://care.example.org/j#{token}" in letter(queued, CLINIC, None, LINKS).text


def test_send_again_is_a_new_message_with_one_key() -> None:
    unknown = settle(take(message(), NOW), Outcome(Verdict.UNSURE), NOW, 0.5)
    first, second = again(unknown, "out_2", NOW), again(unknown, "out_3", NOW)
    assert first.dedupe_key == second.dedupe_key != unknown.dedupe_key
    assert first.id != unknown.id and first.attempts == 0 and first.details == unknown.details
    for state_of in (message(), take(message(), NOW), settle(take(message(), NOW), Outcome(Verdict.ACCEPTED), NOW, 0.5)):
        with pytest.raises(TelemedError):
            again(state_of, "out_2", NOW)
    with pytest.raises(Conflict):
        again(unknown, "out_2", unknown.expires_at)
