"""The clinic's own settings: its details, sites, policies, wordings, the history of their changes, and how much it is used."""
