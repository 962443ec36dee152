"""Who is on call, how they are called, what is handed over, and what was measured on the scene. Pure."""
