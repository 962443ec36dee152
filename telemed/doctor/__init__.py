"""`telemed doctor`: what of this machine and its configuration would spoil a call, each with a fix."""

from __future__ import annotations
