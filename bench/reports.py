"""Makes the reports of a month and of a year of an office with very many letters, in this process.

Prints the seconds of each, best of some rounds. A third of the letters is of each of three years; each matter was
accepted when its first letter came and answered in the same year.
Run: python -m bench.reports models/starter [--postgresql] [--letters 300000] [--rounds 3]
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, insert, literal, null, select

from bench.archive import multiply, settings_of
from bench.server import served
from bench.service import database, letters_of, load, record, say
from bench.simulated_year import FIRST_DAY
from service.audit import OPERATOR
from service.office import Office
from service.periods import period_of
from service.queries.statistics import Counted
from service.report import Reporter
from service.schemas.statistics import By
from service.statistics import Statistics
from service.tables import events, letters

FEW = 600
TAKEN = ("arrived", "accepted", "answered")
DETAIL = {"actor": "bench", "unit": None, "reason": None}


def take_steps(office: Office) -> None:
    """Record that every matter arrived and was accepted with its first letter, and was answered in December."""
    first = func.min(letters.c.received_at)
    with office.database.write() as connection:
        for kind in TAKEN:
            at = first if kind != "answered" else func.substr(first, 1, 4) + literal("-12-20T01:00:00.000000+00:00")
            told = select(letters.c.matter_id, at, literal(kind), literal(DETAIL, events.c.detail.type), null())
            names = ["matter_id", "at", "kind", "detail", "cause"]
            connection.execute(insert(events).from_select(names, told.group_by(letters.c.matter_id)))


def best(rounds: int, work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of some rounds."""
    waits = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        waits.append(time.perf_counter() - begun)
    return min(waits)


def measure(office: Office, rounds: int) -> None:
    """Make the reports and statistics, and print what each takes."""
    year, month = period_of(f"{FIRST_DAY.year}"), period_of(f"{FIRST_DAY.year}-03")
    taxonomy, now = office.engine.taxonomy, datetime.now(UTC)
    with office.database.read() as connection:
        reporter = Reporter(connection, office.keys, OPERATOR, taxonomy, office.flagger.on, now)
        for period in (month, year):
            say(f"| report of {period.name} | {best(rounds, partial(reporter.report, period)):.2f} |")
        sides: tuple[By, ...] = ("category", "class", "day")
        for by in sides:

            def ask(by: By = by) -> object:
                return Statistics(connection, Counted(OPERATOR.insight), taxonomy, now).stats(month, by, "letters")

            say(f"| statistics of {month.name} by {by} | {best(rounds, ask):.2f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--letters", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bodies = [record(letter, i) for i, letter in enumerate(letters_of(options.seed, FEW))]
    with database(options.postgresql) as url, served(options.model, url, threads="8", rate="10000000") as server:
        load(server, server.token(), bodies, 4)
        stored = multiply(server.environment, options.letters)
        office = Office.open(settings_of(server.environment))
        take_steps(office)
        say(f"{stored:,} letters in {'PostgreSQL' if options.postgresql else 'SQLite'}\n\n| | seconds |\n|---|---|")
        measure(office, options.rounds)


if __name__ == "__main__":
    main()
