"""Does jobs, one at a time, until it is told to stop."""

import fcntl
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from service.errors import Problem
from service.handlers import HANDLERS, Handler
from service.jobs import Cancelled, Clock, HandedBack, JobError, Lost, Progress, claim, utc_now
from service.office import Office
from service.schedule import keys_of_day, schedule

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
BEAT_SECONDS = 5.0
LONGEST_STOP_SECONDS = 25.0
LOCK = "worker.lock"


class Worker:
    """Do the jobs of an office, in this thread or in one of its own."""

    def __init__(self, office: Office, handlers: Mapping[str, Handler] = HANDLERS, clock: Clock = utc_now) -> None:
        self.office = office
        self.handlers = handlers
        self.clock = clock
        self._stopping = Event()
        self._scheduled: set[str] = set()
        self._thread: Thread | None = None

    def start(self, lock: Path) -> None:
        """Work in a thread, as soon as no other process on this machine holds the lock file."""
        self._thread = Thread(target=self._run_alone, args=(lock,), name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop between two pieces of work; what is left of the job is handed back."""
        self._stopping.set()
        if self._thread:
            self._thread.join(LONGEST_STOP_SECONDS)

    def run(self) -> None:
        """Work until `stop` is called; a database that does not answer is waited for."""
        while not self._stopping.is_set():
            try:
                self._schedule()
                busy = self.run_one()
            except (SQLAlchemyError, Problem) as error:
                logger.warning("the queue of jobs cannot be reached: %s", type(error).__name__)
                busy = False
            if not busy:
                self._stopping.wait(POLL_SECONDS)

    def run_one(self) -> bool:
        """Do the next job that is due; returns whether there was one."""
        progress = claim(self.office.database, self.handlers.keys(), self.clock, self._stopping)
        if progress is None:
            return False
        with _beating(progress):
            self._carry_out(progress)
        return True

    def _run_alone(self, lock: Path) -> None:
        lock.parent.mkdir(parents=True, exist_ok=True)
        # The kernel gives the lock back whatever way its process ends.
        with lock.open("a") as file:
            while not self._stopping.is_set():
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._stopping.wait(POLL_SECONDS)
                else:
                    self.run()

    def _schedule(self) -> None:
        today = set(keys_of_day(self.clock()))
        if today != self._scheduled:
            schedule(self.office.database, self.clock())
            self._scheduled = today

    def _carry_out(self, progress: Progress) -> None:
        """Do a job and record how it ended; a handler may have ended it together with its last piece."""
        job = progress.job
        try:
            self._attempt(progress)
        except Lost:
            logger.info("job %s (%s) is done or in other hands", job.id, job.kind)

    def _attempt(self, progress: Progress) -> None:
        job, database = progress.job, self.office.database
        try:
            self.handlers[job.kind](self.office, job.payload, progress)
        except Lost:
            raise
        except HandedBack:
            with database.write() as connection:
                progress.hand_back(connection)
        except Cancelled:
            with database.write() as connection:
                progress.end(connection, "cancelled")
        except JobError as error:
            with database.write() as connection:
                progress.end(connection, "failed", str(error))
        except Exception as error:  # whatever it is, the job must be tried again and the worker live on
            logger.exception("job %s (%s) met an error", job.id, job.kind)
            with database.write() as connection:
                progress.hand_back(connection, type(error).__name__)
        else:
            with database.write() as connection:
                progress.end(connection, "done")


@contextmanager
def _beating(progress: Progress) -> Iterator[None]:
    """Renew the lease of a job for as long as it takes, however long a piece of it is."""
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                progress.renew()
            except Lost:
                return
            except (SQLAlchemyError, Problem) as error:
                logger.warning("the lease of job %s was not renewed: %s", progress.job.id, type(error).__name__)

    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
