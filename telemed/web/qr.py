"""A QR code as rows of `0` and `1`, without quiet zone: the client draws it, no image file with a secret exists anywhere."""

from __future__ import annotations

import segno


def qr_rows(text: str) -> list[str]:
    """Encode `text` with error correction M."""
    code = segno.make_qr(text, error="m")
    return ["".join("1" if module else "0" for module in row) for row in code.matrix]
