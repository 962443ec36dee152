"""Pure rules of the care flows: states, permissions, policies."""
