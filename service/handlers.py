"""What is done for each kind of job."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from service import ordered_reports
from service.audit import verify_chain
from service.flagging import refresh_every_matter
from service.import_job import run_import
from service.jobs import JobError, Progress
from service.office import Office
from service.queries import imports as import_queries
from service.queries import jobs as queries
from service.queries import reports as report_queries
from service.queries.vectors import count_without_vector
from service.reanalysis import Reanalysis
from service.rebuilding import rebuild_vectors
from service.retention import anonymise
from service.schemas.reports import KEPT_FOR as REPORTS_KEPT_FOR

Handler = Callable[[Office, Mapping[str, Any], Progress], None]

# Jobs that ended are shown so long; imports stay, because they answer for what was delivered.
KEPT_FOR = timedelta(days=90)
KEPT_KINDS = ("import",)
# What was sent for an import that failed is kept so long, for another attempt.
SENT_KEPT_FOR = timedelta(days=7)
PIECE = 1000


def rebuild_index(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Give every letter a vector of the active model, which may be active for a moment only."""
    office.watch.look()
    with office.database.read() as connection:
        total = count_without_vector(connection, office.engine.analyser.version)
    done = 0
    progress.report(done, total)
    for count in rebuild_vectors(office.database, office.engine):
        done += count
        progress.report(done, max(done, total))


def refresh_flags(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Judge every matter anew."""
    for done, total in refresh_every_matter(office.database, office.flagger):
        progress.report(done, total)


def anonymise_letters(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Anonymise the letters of matters that were closed longer ago than the settings say."""
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress.report(done)

    anonymise(office.database, int(office.settings.retention_days), progress.clock(), count)


def tidy(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Delete jobs and reports that ended long ago, and what was sent for imports that are over."""
    with office.database.write() as connection:
        import_queries.delete_left_pieces(connection, progress.clock() - SENT_KEPT_FOR)
        report_queries.delete_old(connection, progress.clock() - REPORTS_KEPT_FOR)
    done = 0
    while True:
        with office.database.write() as connection:
            count = queries.delete_finished(connection, progress.clock() - KEPT_FOR, KEPT_KINDS, PIECE)
        if not count:
            return
        done += count
        progress.report(done)


def reanalyse(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Let the active model read every letter again."""
    office.watch.look()
    Reanalysis(office.database, office.engine, office.flagger, office.keys, progress).run()


def verify_audit(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Walk the chain of the audit; raises JobError, naming the first row that is wrong."""
    with office.database.read() as connection:
        found = verify_chain(connection)
    progress.report(found.head.number)
    if found.fault:
        raise JobError(found.fault)


def make_report(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Make a report that was ordered."""
    ordered_reports.make(office, progress)


HANDLERS: Mapping[str, Handler] = {
    "audit.verify": verify_audit,
    "letters.reanalyse": reanalyse,
    "import": run_import,
    "report": make_report,
    "index.rebuild": rebuild_index,
    "flags.refresh": refresh_flags,
    "retention.run": anonymise_letters,
    "jobs.tidy": tidy,
}
