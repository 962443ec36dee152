"""What an admin sees and sets: the clinic, sites, policies, wordings, messages, and how the server is. No patient anywhere."""
