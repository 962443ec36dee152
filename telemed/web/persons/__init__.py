"""Patients and carers as they use the server themselves: sign-in with codes, Home. Each method is one endpoint."""

from __future__ import annotations

from telemed.web.persons.desk import PersonDesk

__all__ = ["PersonDesk"]
