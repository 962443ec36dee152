"""How many slips of a finger lie between two words."""

from __future__ import annotations


def slips(first: str, second: str, limit: int) -> int:
    """Count letters added, dropped, changed or swapped with their neighbour (optimal string alignment); `limit` + 1 when more."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for index, letter in enumerate(first, 1):
        older, before, row = before, row, [index]
        for place, other in enumerate(second, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != other))
            if index > 1 and place > 1 and letter == second[place - 2] and first[index - 2] == other:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def likeness(first: str, second: str) -> float:
    """1.0 for equal words, falling with each slip; 0.0 beyond a slip in three letters, which is another word."""
    longest = max(len(first), len(second))
    if longest == 0:
        return 1.0
    limit = (longest + 2) // 3
    count = slips(first, second, limit)
    return 0.0 if count > limit else 1.0 - count / longest
