"""Guidance cards: what a person at the scene is shown and read aloud. Content with a version and an approver.

Whoever approves other words gives the card another version: what was shown when is told from the row of each showing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "2026-11"
APPROVER = ""  # nobody has approved these words
NOTICE = "demo, not clinically approved"
MAX_WORDS = 6
LANGUAGES = ("en", "de")
COMPRESSIONS = 110  # a minute: ERC guidelines 2021 want 100 to 120


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `pictogram` names what the page draws; `metronome`: beats a minute, shown and (unless silent) heard."""

    id: str
    pictogram: str
    words: Mapping[str, str]
    version: str = VERSION
    metronome: int | None = None

    def view(self) -> dict[str, Any]:
        """The card as pages get it."""
        return {
            "id": self.id,
            "version": self.version,
            "pictogram": self.pictogram,
            "words": dict(self.words),
            "metronome": self.metronome,
        }


def _card(card_id: str, english: str, german: str, metronome: int | None = None) -> Card:
    return Card(card_id, card_id.replace("_", "-"), {"en": english, "de": german}, metronome=metronome)


CARDS: Mapping[str, Card] = {
    card.id: card
    for card in (
        _card("recovery_position", "Roll onto the side, head back", "Auf die Seite drehen, Kopf zurück"),
        _card("cpr", "Push hard on the chest centre", "Fest auf die Brustmitte drücken", COMPRESSIONS),
        _card("press_wound", "Press hard on the wound", "Fest auf die Wunde drücken"),
        _card("aed", "Fetch the defibrillator, switch on", "Defibrillator holen und einschalten"),
        _card("turn_camera", "Turn the camera around", "Kamera bitte umdrehen"),
        _card("closer", "Go closer, please", "Bitte näher herangehen"),
        _card("hold_still", "Hold the phone still", "Telefon ruhig halten"),
    )
}


def guidance() -> dict[str, Any]:
    """All cards as pages get them."""
    return {"version": VERSION, "approver": APPROVER, "notice": NOTICE, "cards": [card.view() for card in CARDS.values()]}
