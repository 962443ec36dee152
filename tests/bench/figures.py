"""Quantiles, medians and the regression that separates the cost of a packet in from that of a copy out. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

SMALLEST_WEIGHTED = 0.01  # of a core: below it a figure is mostly noise and must not dominate the relative fit


def quantile(values: Sequence[float], fraction: float) -> float:
    """Return the value that `fraction` (0..1) of them do not exceed, to three decimals; 0.0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return round(float(ordered[min(int(fraction * len(ordered)), len(ordered) - 1)]), 3)


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return count, p50 and p95."""
    return {"count": len(values), "p50": quantile(values, 0.5), "p95": quantile(values, 0.95)}


def median(values: Sequence[float]) -> float:
    """Return the median to four decimals, 0.0 when there are none."""
    return round(float(statistics.median(values)), 4) if values else 0.0


def median_of(runs: Sequence[Mapping[str, Any]], *path: str) -> float:
    """Return the median over runs of the number at `path`."""
    found: list[float] = []
    for run in runs:
        value: Any = run
        for name in path:
            value = value[name]
        found.append(float(value))
    return median(found)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the least-squares slope of y over x, 0.0 when x does not vary."""
    mean_x = statistics.fmean(x for x, _ in points)
    mean_y = statistics.fmean(y for _, y in points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def least_squares(rows: Sequence[Sequence[float]], targets: Sequence[float]) -> list[float]:
    """Return the coefficients that fit `targets` best with relative errors, by the normal equations.

    Raises ZeroDivisionError when the rows do not determine them.
    """
    weights = [1 / max(abs(target), SMALLEST_WEIGHTED) for target in targets]
    size = len(rows[0])
    system = [
        [sum(w * w * row[i] * row[j] for row, w in zip(rows, weights, strict=True)) for j in range(size)]
        + [sum(w * w * row[i] * y for row, y, w in zip(rows, targets, weights, strict=True))]
        for i in range(size)
    ]
    return _solve(system)


def _solve(system: list[list[float]]) -> list[float]:
    """Gauss-Jordan elimination with pivoting."""
    size = len(system)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(system[row][column]))
        system[column], system[pivot] = system[pivot], system[column]
        for row in range(size):
            if row != column:
                factor = system[row][column] / system[column][column]
                system[row] = [a - factor * b for a, b in zip(system[row], system[column], strict=True)]
    return [system[row][size] / system[row][row] for row in range(size)]


def packet_costs(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Fit the worker's core share over all runs: share = peers * a + wake-ups/s * w + packets in/s * b + copies out/s * c.

    Each run gives two points: everybody connected and silent, and the window of traffic. Waking is a term of its own because an
    idle worker is woken for every packet and a busy one for many at once. Returns the coefficients in microseconds of CPU (per
    peer and second, per wake-up, per packet) and the median relative error of the fit.
    """
    rows: list[list[float]] = []
    shares: list[float] = []
    for run in runs:
        seconds = run["seconds"]
        rows.append([run["peers"], run["idle_wakeups"], 0.0, 0.0])
        shares.append(run["idle_share"])
        rows.append([run["peers"], run["wakeups"] / seconds, run["in_packets"] / seconds, run["out_packets"] / seconds])
        shares.append(run["core_share"])
    coefficients = least_squares(rows, shares)
    errors = [
        abs(sum(a * b for a, b in zip(row, coefficients, strict=True)) - share) / share
        for row, share in zip(rows, shares, strict=True)
        if share > SMALLEST_WEIGHTED
    ]
    names = ("peer_us_per_second", "wake_up_us", "ingress_us", "egress_us")
    costs = {name: round(value * 1e6, 2) for name, value in zip(names, coefficients, strict=True)}
    return {**costs, "median_error": median(errors)}
