"""The form of recovery codes: sixteen letters and digits in four groups, easy to read aloud and to copy from paper."""

from __future__ import annotations

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs without I, O, 0 and 1
LENGTH = 16  # signs: 80 bits, far beyond guessing, so a plain hash suffices
CODES = 10
_GROUP = 4


def code_from(random: bytes) -> str:
    """Return the code that `random` (LENGTH bytes) makes, in groups."""
    signs = "".join(ALPHABET[byte % len(ALPHABET)] for byte in random[:LENGTH])
    return "-".join(signs[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def normalised(typed: str) -> str:
    """Return what is hashed: capital letters and digits only, whatever stands between them."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
