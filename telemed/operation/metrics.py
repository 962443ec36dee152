"""What Prometheus reads: counts and times of this installation. No label holds an id, a name, an address or text from outside.

A registry of our own, so that nothing a library registers appears by accident. Labels come from closed lists: route templates,
statuses, states, counter names of ours, worker indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from telemed.media.overload import LoadLevel

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
QUANTILES = ("p50", "p95", "p99", "max")  # of a worker's delay since its start
LOSSES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # bounds of shares of packets lost
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # bounds of all histograms of time


@dataclass(frozen=True, slots=True)
class Figures:
    """Values of this moment. `workers` has None for one that does not answer; `backup_age` None: there is no back-up."""

    sessions: Mapping[str, int] = field(default_factory=dict)  # by state
    participants: Mapping[str, int] = field(default_factory=dict)  # by state
    sockets: Mapping[str, int] = field(default_factory=dict)  # by namespace
    signaling: Mapping[str, int] = field(default_factory=dict)  # counters
    ways: Mapping[str, int] = field(default_factory=dict)  # people in calls by how they are connected
    video_paused: int = 0  # people whose pictures are kept back to keep the sound
    outbox: Mapping[str, int] = field(default_factory=dict)  # messages by state
    workers: Sequence[Mapping[str, Any] | None] = ()
    disk_free: int = 0
    disk_total: int = 0
    backup_age: float | None = None
    draining: bool = False
    recordings: Mapping[str, Any] = field(default_factory=dict)  # of `operation.recordings.Recordings.figures`


class Metrics:
    """Histograms that are fed as things happen, and gauges that are read from the last `figures`."""

    def __init__(self) -> None:
        self.figures = Figures()
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "telemed_http_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._request_seconds = Histogram(
            "telemed_http_request_seconds", "Time of a request", ("route",), buckets=SECONDS, registry=self._registry
        )
        self._loop_lag = Histogram(
            "telemed_loop_lag_seconds", "How late control's event loop runs", buckets=SECONDS, registry=self._registry
        )
        self._writes = Histogram(
            "telemed_store_write_seconds", "Write transactions, commit included", buckets=SECONDS, registry=self._registry
        )
        self._loss = Histogram(
            "telemed_call_loss", "Share of packets lost, of each connection every 2 s", ("direction",), buckets=LOSSES,
            registry=self._registry,
        )  # fmt: skip
        self._round_trip = Histogram(
            "telemed_call_round_trip_seconds", "Round trip of each connection every 2 s", buckets=SECONDS, registry=self._registry
        )
        self._registry.register(_Gauges(self))

    def on_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is a template of the route table, never a path."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def on_lag(self, seconds: float) -> None:
        """The event loop was this late."""
        self._loop_lag.observe(max(0.0, seconds))

    def on_write(self, seconds: float) -> None:
        """A write transaction took this long."""
        self._writes.observe(seconds)

    def on_quality(self, up_loss: float, down_loss: float, round_trip: float) -> None:
        """Somebody's connection was measured; `round_trip` in seconds, 0: unknown."""
        self._loss.labels("up").observe(up_loss)
        self._loss.labels("down").observe(down_loss)
        if round_trip > 0:
            self._round_trip.observe(round_trip)

    def render(self) -> bytes:
        """Prometheus's text format."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    """Turns the last figures into metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """All gauges."""
        now = self._metrics.figures
        yield _gauges("telemed_sessions", "Sessions in memory by state", "state", now.sessions)
        yield _gauges("telemed_participants", "Seats of these sessions by state", "state", now.participants)
        yield _gauges("telemed_sockets", "Connections by namespace", "namespace", now.sockets)
        yield _gauges("telemed_call_ways", "People in calls by how they are connected", "way", now.ways)
        yield GaugeMetricFamily("telemed_call_video_paused", "People whose pictures are kept back now", now.video_paused)
        yield _gauges("telemed_outbox_messages", "Messages to gateways by state", "state", now.outbox)
        yield _counters("telemed_signaling", "Events of the signalling", "event", now.signaling)
        yield from _worker_metrics(now.workers)
        yield GaugeMetricFamily("telemed_disk_free_bytes", "Free space where the database lies", now.disk_free)
        yield GaugeMetricFamily("telemed_disk_total_bytes", "Size of that file system", now.disk_total)
        yield GaugeMetricFamily("telemed_draining", "1 while nothing new may begin", float(now.draining))
        yield from _recording_metrics(now.recordings)
        if now.backup_age is not None:
            yield GaugeMetricFamily("telemed_backup_age_seconds", "Age of the newest back-up", now.backup_age)


def _gauges(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def _counters(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def _worker_metrics(workers: Sequence[Mapping[str, Any] | None]) -> Iterator[Metric]:
    up = GaugeMetricFamily("telemed_worker_up", "1 while a media worker answers", labels=("worker",))
    counts = CounterMetricFamily("telemed_worker_events", "Counters of a media worker", labels=("worker", "event"))
    labels = ("worker",)
    gauges = {name: GaugeMetricFamily(f"telemed_worker_{name}", text, labels=labels) for name, text in _WORKER_GAUGES.items()}
    cpu = CounterMetricFamily("telemed_worker_cpu_seconds", "Processor time of a media worker", labels=("worker",))
    delay = GaugeMetricFamily(
        "telemed_worker_delay_seconds", "Time of a packet in a worker, kernel to last send", labels=("worker", "quantile")
    )
    level = GaugeMetricFamily("telemed_worker_load_level", "0 normal, 1-2 pictures lowered, 3 full, 4 closed", labels=labels)
    pressed = GaugeMetricFamily("telemed_worker_load_ratio", "Load as a multiple of the configured one", labels=labels)
    for index, stats in enumerate(workers):
        worker = str(index)
        up.add_metric((worker,), 0 if stats is None else 1)
        if stats is None:
            continue
        for name, value in sorted(stats.get("counters", {}).items()):
            counts.add_metric((worker, name), value)
        for name, gauge in gauges.items():
            gauge.add_metric((worker,), stats.get(name, 0))
        cpu.add_metric((worker,), stats.get("cpu_seconds", 0.0))
        load = stats.get("load", {})
        level.add_metric((worker,), LoadLevel(load.get("level", LoadLevel.NORMAL)).rank)
        pressed.add_metric((worker,), load.get("pressure", 0.0))
        for name in QUANTILES:
            delay.add_metric((worker, name), stats.get("latency", {}).get(f"{name}_us", 0) / 1e6)
    yield from (up, counts, cpu, level, pressed, delay, *gauges.values())


def _recording_metrics(now: Mapping[str, Any]) -> Iterator[Metric]:
    """Sums of the whole server, without labels: nobody learns from them who is recorded."""
    for name, (metric, text) in _RECORDING_GAUGES.items():
        yield GaugeMetricFamily(metric, text, now.get(name, 0))
    yield GaugeMetricFamily("telemed_recordings_refused", "1 while no recording can begin", float(bool(now.get("refused"))))


_RECORDING_GAUGES = {
    "running": ("telemed_recordings_running", "Recordings in progress"),
    "faulty": ("telemed_recordings_faulty", "Of these, those that cannot be written now"),
    "dropped": ("telemed_recordings_dropped_packets", "Packets the recordings in progress could not keep"),
    "finalising": ("telemed_recordings_finalising", "Recordings that are being made ready"),
    "failed": ("telemed_recordings_failed", "Recordings that could not be made ready"),
    "bytes": ("telemed_recordings_bytes", "Size of the finished recordings"),
    "disk_free": ("telemed_recordings_disk_free_bytes", "Free space where recordings lie"),
}

_WORKER_GAUGES = {
    "rooms": "Open rooms",
    "peers": "Connected peers",
    "tasks": "Tasks of its event loop",
    "flooded": "1 while junk pours in at its media port",
    "peer_sockets": "Sockets of single peers, open while flooded",
}
