"""Running one installation: copies of its database, health, metrics, drain, disk guard, nightly back-up, reloaded settings."""

from __future__ import annotations
