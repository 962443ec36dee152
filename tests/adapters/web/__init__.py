"""The HTTP adapter: a real server on a free port, a real client, a real store."""
