"""The wording we bring, in English and German. SMS fit into one of 160 places with a clinic's name and link of usual length.

No clinical word, no clinician, no reason: a clinic's name says enough to whoever reads over a shoulder.
"""

from __future__ import annotations

from collections.abc import Mapping

from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import Medium
from telemed.care.notify.wording import Wording

LANGUAGES = ("en", "de")
FALLBACK = "en"

_CALL_EN = "\n\nQuestions? Call {clinic}: {phone}\nPlease do not answer this mail."
_CALL_DE = "\n\nFragen? Rufen Sie {clinic} an: {phone}\nBitte antworten Sie nicht auf diese Mail."

_MAIL_EN: dict[Template, tuple[str, str]] = {
    Template.INVITATION: (
        "Your account at {clinic}",
        "An account was made for you at {clinic}.\n\nOpen this page to set it up:\n{link}\n\nIt works once, for {hours} hours.",
    ),
    Template.PASSWORD_RESET: (
        "New password for {clinic}",
        "Open this page to choose a new password:\n{link}\n\nIt works once, for {hours} hours. "
        "Did you not ask for it? Then leave it closed, and tell your administrator.",
    ),
    Template.CHANNEL_CODE: (
        "Your code for {clinic}",
        "Your code is {code}\n\nIt works once, for {minutes} minutes. Nobody from {clinic} will ever ask you for it.",
    ),
    Template.VISIT_LINK: (
        "Your link from {clinic}",
        "{clinic} has sent you this link:\n{link}\n\nIt is meant for you alone: do not pass it on.",
    ),
    Template.EMERGENCY_LINK: (
        "{clinic} wants to help you",
        "Open this page so that {clinic} can see where you are:\n{link}\n\nIt is meant for you alone: do not pass it on.",
    ),
    Template.BREAK_GLASS_NOTICE: (
        "Please review an emergency access",
        "Somebody opened a record at {clinic} by emergency access. Please sign in and review it:\n{link}",
    ),
    Template.RECORDING_ERASE_NOTICE: (
        "Erasing a recording",
        "Erasing a recording at {clinic} was asked for, confirmed or called off. "
        "Please sign in to see what is to be done:\n{link}",
    ),
    Template.ON_CALL_PAGE: (
        "You are being called",
        "{clinic} calls you: you are on call and somebody is waiting for you now. Sign in and answer:\n{link}",
    ),
    Template.AUDIT_HEAD: (
        "Audit checkpoint {day}",
        "Keep this mail: it proves the audit trail of {clinic} up to {day}.\n\n{checkpoint}",
    ),
    Template.NEW_DEVICE: (
        "New sign-in at {clinic}",
        "Your account at {clinic} was signed in to on a new device: {device}, {when}.\n\n"
        "Was it not you? Change your password now and tell your administrator.",
    ),
    Template.PASSKEY_ADDED: (
        "New passkey for {clinic}",
        "A passkey was added: {device}, {when}. It opens your page at {clinic} without a code.\n\n"
        "Was it not you? Call {clinic} now: {phone}",
    ),
    Template.QUEUE_SOON: (
        "Your turn at {clinic} comes soon",
        "You are nearly next at {clinic}. Please open this page and wait there:\n{link}",
    ),
    Template.QUEUE_CALLED: (
        "{clinic} is calling you now",
        "Somebody at {clinic} is there for you now. Please open this page within 5 minutes:\n{link}",
    ),
    Template.QUEUE_ARRIVAL: (
        "Somebody waits at {clinic}",
        "Somebody has come to a waiting room of {clinic}, and nobody has the page open. Please sign in:\n{link}",
    ),
    Template.VISIT_MESSAGE: (
        "A message from {clinic}",
        "{clinic} has written to you. Please read it here:\n{link}\n\nIt is meant for you alone: do not pass this mail on.",
    ),
    Template.TEST: ("Test from {clinic}", "This is a test. Mail from {clinic} works."),
}
_MAIL_DE: dict[Template, tuple[str, str]] = {
    Template.INVITATION: (
        "Ihr Konto bei {clinic}",
        "Für Sie wurde ein Konto bei {clinic} angelegt.\n\nÖffnen Sie diese Seite, um es einzurichten:\n{link}\n\n"
        "Sie gilt einmal, {hours} Stunden lang.",
    ),
    Template.PASSWORD_RESET: (
        "Neues Passwort für {clinic}",
        "Öffnen Sie diese Seite, um ein neues Passwort zu wählen:\n{link}\n\nSie gilt einmal, {hours} Stunden lang. "
        "Sie haben nicht darum gebeten? Dann lassen Sie sie geschlossen und sagen Sie es Ihrer Verwaltung.",
    ),
    Template.CHANNEL_CODE: (
        "Ihr Code für {clinic}",
        "Ihr Code ist {code}\n\nEr gilt einmal, {minutes} Minuten lang. Niemand von {clinic} wird Sie je danach fragen.",
    ),
    Template.VISIT_LINK: (
        "Ihr Link von {clinic}",
        "{clinic} schickt Ihnen diesen Link:\n{link}\n\nEr ist nur für Sie: Geben Sie ihn nicht weiter.",
    ),
    Template.EMERGENCY_LINK: (
        "{clinic} möchte Ihnen helfen",
        "Öffnen Sie diese Seite, damit {clinic} sieht, wo Sie sind:\n{link}\n\nEr ist nur für Sie: Geben Sie ihn nicht weiter.",
    ),
    Template.BREAK_GLASS_NOTICE: (
        "Bitte einen Notfallzugriff prüfen",
        "Bei {clinic} wurde eine Akte per Notfallzugriff geöffnet. Bitte melden Sie sich an und prüfen Sie ihn:\n{link}",
    ),
    Template.RECORDING_ERASE_NOTICE: (
        "Löschen einer Aufnahme",
        "Bei {clinic} wurde das Löschen einer Aufnahme beantragt, bestätigt oder abgesagt. "
        "Bitte melden Sie sich an und sehen Sie nach, was zu tun ist:\n{link}",
    ),
    Template.ON_CALL_PAGE: (
        "Sie werden gerufen",
        "{clinic} ruft Sie: Sie haben Bereitschaft, und jemand wartet jetzt auf Sie. "
        "Melden Sie sich an und antworten Sie:\n{link}",
    ),
    Template.AUDIT_HEAD: (
        "Prüfpunkt des Protokolls {day}",
        "Bewahren Sie diese Mail auf: Sie belegt das Protokoll von {clinic} bis {day}.\n\n{checkpoint}",
    ),
    Template.NEW_DEVICE: (
        "Neue Anmeldung bei {clinic}",
        "Ihr Konto bei {clinic} wurde auf einem neuen Gerät angemeldet: {device}, {when}.\n\n"
        "Das waren nicht Sie? Ändern Sie sofort Ihr Passwort und sagen Sie es Ihrer Verwaltung.",
    ),
    Template.PASSKEY_ADDED: (
        "Neuer Passkey für {clinic}",
        "Ein Passkey wurde hinzugefügt: {device}, {when}. Er öffnet Ihre Seite bei {clinic} ohne Code.\n\n"
        "Das waren nicht Sie? Rufen Sie {clinic} sofort an: {phone}",
    ),
    Template.QUEUE_SOON: (
        "Sie sind bei {clinic} bald an der Reihe",
        "Sie sind bei {clinic} fast an der Reihe. Bitte öffnen Sie diese Seite und warten Sie dort:\n{link}",
    ),
    Template.QUEUE_CALLED: (
        "{clinic} ruft Sie jetzt auf",
        "Bei {clinic} ist jetzt jemand für Sie da. Bitte öffnen Sie diese Seite innerhalb von 5 Minuten:\n{link}",
    ),
    Template.QUEUE_ARRIVAL: (
        "Bei {clinic} wartet jemand",
        "In einem Wartezimmer von {clinic} wartet jemand, und niemand hat die Seite offen. Bitte melden Sie sich an:\n{link}",
    ),
    Template.VISIT_MESSAGE: (
        "Eine Nachricht von {clinic}",
        "{clinic} hat Ihnen geschrieben. Bitte lesen Sie es hier:\n{link}\n\n"
        "Es ist nur für Sie bestimmt: Geben Sie diese Mail nicht weiter.",
    ),
    Template.TEST: ("Test von {clinic}", "Dies ist ein Test. Mail von {clinic} funktioniert."),
}
_SMS_EN: dict[Template, str] = {
    Template.INVITATION: "{clinic}: set up your account within {hours} h: {link}",
    Template.PASSWORD_RESET: "{clinic}: new password, within {hours} h: {link}",
    Template.CHANNEL_CODE: "{clinic}: your code is {code}. It works for {minutes} minutes. Tell it to nobody.",
    Template.VISIT_LINK: "{clinic}: your link, for you alone: {link} Questions: {phone}",
    Template.EMERGENCY_LINK: "{clinic}: open this now so that we can help: {link} Or call {phone}",
    Template.BREAK_GLASS_NOTICE: "{clinic}: please review an emergency access: {link}",
    Template.RECORDING_ERASE_NOTICE: "{clinic}: erasing a recording was asked for or settled: {link}",
    Template.ON_CALL_PAGE: "{clinic}: you are on call and needed now. Answer here: {link}",
    Template.NEW_DEVICE: "{clinic}: new sign-in, {when}. Not you? Change your password.",
    Template.PASSKEY_ADDED: "{clinic}: a passkey was added, {when}. Not you? Call {phone}",
    Template.QUEUE_SOON: "{clinic}: you are nearly next. Please open {link}",
    Template.QUEUE_CALLED: "{clinic} is there for you now. Open within 5 minutes: {link}",
    Template.QUEUE_ARRIVAL: "{clinic}: somebody waits and nobody has the page open: {link}",
    Template.VISIT_MESSAGE: "{clinic} has written to you. Read it here, for you alone: {link}",
    Template.TEST: "Test. SMS from {clinic} work.",
}
_SMS_DE: dict[Template, str] = {
    Template.INVITATION: "{clinic}: Richten Sie Ihr Konto in {hours} Std. ein: {link}",
    Template.PASSWORD_RESET: "{clinic}: neues Passwort, binnen {hours} Std.: {link}",
    Template.CHANNEL_CODE: "{clinic}: Ihr Code ist {code}. Er gilt {minutes} Minuten. Sagen Sie ihn niemandem.",
    Template.VISIT_LINK: "{clinic}: Ihr Link, nur für Sie: {link} Fragen: {phone}",
    Template.EMERGENCY_LINK: "{clinic}: Jetzt öffnen, damit wir helfen können: {link} Oder anrufen: {phone}",
    Template.BREAK_GLASS_NOTICE: "{clinic}: Bitte einen Notfallzugriff prüfen: {link}",
    Template.RECORDING_ERASE_NOTICE: "{clinic}: Löschen einer Aufnahme beantragt oder erledigt: {link}",
    Template.ON_CALL_PAGE: "{clinic}: Sie haben Bereitschaft und werden jetzt gebraucht. Antworten: {link}",
    Template.NEW_DEVICE: "{clinic}: Neue Anmeldung, {when}. Nicht Sie? Passwort ändern.",
    Template.PASSKEY_ADDED: "{clinic}: Ein Passkey wurde hinzugefügt, {when}. Nicht Sie? Anrufen: {phone}",
    Template.QUEUE_SOON: "{clinic}: Sie sind fast an der Reihe. Bitte öffnen: {link}",
    Template.QUEUE_CALLED: "{clinic} ist jetzt für Sie da. Bitte binnen 5 Minuten öffnen: {link}",
    Template.QUEUE_ARRIVAL: "{clinic}: Jemand wartet, und niemand hat die Seite offen: {link}",
    Template.VISIT_MESSAGE: "{clinic} hat Ihnen geschrieben. Nur für Sie, lesen Sie es hier: {link}",
    Template.TEST: "Test. SMS von {clinic} funktionieren.",
}


def _mails(texts: Mapping[Template, tuple[str, str]], call: str) -> dict[tuple[Template, Medium], Wording]:
    return {(name, Medium.MAIL): Wording(subject, body + call) for name, (subject, body) in texts.items()}


def _short(texts: Mapping[Template, str]) -> dict[tuple[Template, Medium], Wording]:
    return {(name, Medium.SMS): Wording("", body) for name, body in texts.items()}


BUILT_IN: Mapping[str, Mapping[tuple[Template, Medium], Wording]] = {
    "en": _mails(_MAIL_EN, _CALL_EN) | _short(_SMS_EN),
    "de": _mails(_MAIL_DE, _CALL_DE) | _short(_SMS_DE),
}


def language_for(wanted: str) -> str:
    """The language we speak that is nearest to a tag such as "de-AT"; English for all others."""
    primary = wanted.replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else FALLBACK


def built_in(template: Template, medium: Medium, language: str) -> Wording | None:
    """Our wording; None when there is none for this medium (an audit head does not fit into an SMS)."""
    return BUILT_IN[language_for(language)].get((template, medium))
