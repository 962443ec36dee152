"""Recordings as people review them: finding, watching, marking, keeping and erasing. Each public method is one endpoint."""
