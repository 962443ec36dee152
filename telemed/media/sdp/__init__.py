"""SDP as browsers write it (RFC 8866, RFC 9429): a strict reader of offers and a writer of answers.

Pure text in, typed records out. The client always offers; `parse_offer` says what each line is for, `write_answer` adds what the
media worker granted. Nothing from the offer is copied into the answer unless its form was checked.
"""

from __future__ import annotations

from telemed.media.sdp.answer import write_answer
from telemed.media.sdp.offer import Offer, OfferLine, parse_offer, parse_probe

__all__ = ["Offer", "OfferLine", "parse_offer", "parse_probe", "write_answer"]
