"""HTTP: pages, API, identity."""
