"""telemed: a self-hosted telemedicine server."""
