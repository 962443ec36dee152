"""Incidents: an emergency with its caller, its place, the crews and what the caller was told to do. Pure rules."""
