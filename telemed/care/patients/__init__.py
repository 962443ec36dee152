"""People who are cared for: their records, how to find them, who acts for them, and joining two records of one person."""
