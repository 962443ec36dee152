"""Back-up and restore: one consistent archive, its keys apart, both sealed so that only the recovery key opens them."""

from __future__ import annotations
