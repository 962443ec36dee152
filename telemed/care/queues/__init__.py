"""Waiting rooms: queues, who waits in them, and the rules between the person who waits and the people who answer."""
