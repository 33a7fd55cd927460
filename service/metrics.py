"""Numbers about the service for Prometheus; they are public, so they tell nothing of people or of accusations.

What touches an accusation is counted nowhere: whoever sees all other letters could count the accusations otherwise.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

Gauges = Iterable[tuple[str, str, dict[str, str], float]]


def share(folder: Path) -> None:
    """Let all processes of a server count together, in files of a folder; to be called before any metric is made."""
    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # the library types it not


class Metrics:
    """Count what the service does."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hongyan_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hongyan_request_seconds", "How long answers took.", ("method", "route"), registry=self._registry,
            buckets=SECONDS,
        )  # fmt: skip
        self.letters = Counter("hongyan_letters_received", "New letters taken in by calls.", registry=self._registry)
        self.corrections = Counter(
            "hongyan_corrections", "Letters that people corrected or accepted.", registry=self._registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the template of its address."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, gauges: Callable[[], Gauges]) -> bytes:
        """Return all numbers, those of other processes among them, with gauges that are looked up now."""
        registry = CollectorRegistry()
        registry.register(_Looked(gauges))
        if os.environ.get(FOLDER):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library types it not
            return generate_latest(registry)
        return generate_latest(self._registry) + generate_latest(registry)


def forget_process(number: int) -> None:
    """Forget the passing numbers of a process that has ended; what it counted stays."""
    mark_process_dead(number)  # type: ignore[no-untyped-call]  # the library types it not


class _Looked(Collector):
    """Gauges that are looked up when they are asked for: name, help, labels, value of each."""

    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges

    def describe(self) -> Iterable[Metric]:
        """Say nothing in advance."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Look the gauges up."""
        families: dict[str, GaugeMetricFamily] = {}
        for name, meaning, labels, value in self._gauges():
            family = families.setdefault(name, GaugeMetricFamily(name, meaning, labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        yield from families.values()
