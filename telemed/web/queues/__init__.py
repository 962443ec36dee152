"""Waiting rooms over HTTP: what admins set, what a stranger with a walk-in link asks."""
