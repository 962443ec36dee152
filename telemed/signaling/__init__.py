"""Socket.IO namespaces, event streams and the orchestration of calls."""
