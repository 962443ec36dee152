"""Patients as staff keep them: application services between HTTP and the store. Each method is one endpoint of the protocol."""

from __future__ import annotations

from telemed.web.patients.desk import PatientDesk

__all__ = ["PatientDesk"]
