"""Patients and carers who sign in themselves: codes, their logins, what they may see of their own record."""
