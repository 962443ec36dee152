"""Recording of visits: who may be captured and when, who may see it, how long it is kept, and how it is erased. Pure rules."""
