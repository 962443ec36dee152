"""`telemed install`: a service of its own on a Debian machine, with no right it does not need."""

from __future__ import annotations
