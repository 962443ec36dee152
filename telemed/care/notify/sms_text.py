"""How much of an SMS a text takes: the GSM 7-bit alphabet and its extension (3GPP TS 23.038 section 6.2.1), else UCS-2."""

from __future__ import annotations

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")  # two places each
ONE_GSM, PART_GSM = 160, 153  # characters: alone, and in each part of a longer one (TS 23.040 section 9.2.3.24.1)
ONE_UCS2, PART_UCS2 = 70, 67


def is_gsm(text: str) -> bool:
    """Whether every character is in the 7-bit alphabet: others cost more than half of the room."""
    return all(char in GSM_BASIC or char in GSM_EXTENDED for char in text)


def length(text: str) -> int:
    """Places the text takes: 7-bit characters, or UTF-16 units when it needs UCS-2."""
    if is_gsm(text):
        return sum(2 if char in GSM_EXTENDED else 1 for char in text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def parts(text: str) -> int:
    """How many SMS it takes; what the gateway bills."""
    one, part = (ONE_GSM, PART_GSM) if is_gsm(text) else (ONE_UCS2, PART_UCS2)
    places = length(text)
    return 1 if places <= one else -(-places // part)
