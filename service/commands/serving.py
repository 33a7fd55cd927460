"""The commands serve and worker: a production server, and a process for jobs alone."""

import gc
import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click
from gunicorn.app.base import BaseApplication

from model.errors import ArtefactError
from service import logs
from service.accounts import UNATTENDED
from service.accusations import UNSEEN, unseen_accusations
from service.app import create_app
from service.commands.base import clear_errors
from service.errors import Busy, DatabaseAwayError
from service.gate import Gate
from service.memory import give_back, keep_little
from service.metrics import forget_process, share
from service.office import Office
from service.patience import PatientWorker
from service.readiness import STOPPING
from service.settings import Settings
from service.watch import Watch
from service.worker import LOCK, Worker

logger = logging.getLogger(__name__)
Made = TypeVar("Made")

# They turn requests away and answer probes when all others are taken.
SPARE_THREADS = 8
AGAIN_SECONDS = 1.0


class Server(BaseApplication):
    """Run the application under gunicorn, in processes that share the model, each with threads."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.worker: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        settings = self.office.settings
        options: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}",
            "worker_class": PatientWorker,
            "workers": int(settings.processes),
            # Threads are cheap and mostly wait; the gate lets as many work as the settings say.
            "threads": int(settings.threads) + int(settings.waiting) + SPARE_THREADS,
            "preload_app": True,
            "post_fork": self._start_process,
            "timeout": 120,
            "graceful_timeout": 60 + int(settings.drain),
            "limit_request_line": 8190,
            "logconfig_dict": logs.configuration(settings.log_level),
            "child_exit": lambda _server, process: forget_process(process.pid),
            "proc_name": "hongyan",
            "worker_exit": self._stop_jobs,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Gate:  # type: ignore[override]  # the gate is a WSGI callable
        """Make the application before processes part; what is there by then stays shared as long as nobody writes."""
        application = create_app(self.office)
        at_work, waiting = int(self.office.settings.threads), int(self.office.settings.waiting)
        gate = Gate(application, at_work, waiting, Watch(), application.extensions[STOPPING])
        self.office.engine.warm_up()
        self.office.start()
        # Connections do not survive a fork.
        self.office.database.close()
        give_back()
        gc.collect()
        gc.freeze()
        return gate

    def _start_process(self, _server: Any, _process: Any) -> None:
        """Open in each process what does not survive a fork: connections, the index, threads.

        A process that takes the place of one that died may begin with a model that is no longer active. One that ended
        because the database is away would end the whole server.
        """
        patiently(self.office.start)
        self.office.watch.look()
        self.office.watch.start()
        self.office.shadow.start()
        if self.office.settings.worker == "in-process":
            self.worker = Worker(self.office)
            self.worker.start(self.office.settings.home_folder / LOCK)

    def _stop_jobs(self, _server: Any, _process: Any) -> None:
        """Hand back, as a process of the server ends, the job that it is at."""
        if self.worker:
            self.worker.stop()


def run(settings: Settings) -> None:
    """Serve until the process is told to stop; refuses a database or model that cannot be used."""
    keep_little()
    try:
        office = Office.prepare(settings)
    except ArtefactError as error:
        if settings.model_folder:
            raise
        raise ArtefactError(f"{error}; or return to the version before: hongyan model rollback") from error
    warn(office)
    office.database.close()
    PatientWorker.drain_seconds = float(settings.drain)
    with TemporaryDirectory(prefix="hongyan-metrics-") as folder:
        share(Path(folder))
        Server(office).run()


def patiently(make: Callable[[], Made]) -> Made:
    """Make what needs the database as soon as that answers: a machine that starts brings both up in any order."""
    while True:
        try:
            return make()
        except (Busy, DatabaseAwayError) as error:
            logger.warning("waiting for the database: %s", error)
            time.sleep(AGAIN_SECONDS)


def warn(office: Office) -> None:
    """Tell who starts the service of accusations that nobody would see."""
    if office.accounts.leave_accusations_unattended():
        click.echo(f"warning: {UNATTENDED}", err=True)
    if unseen := unseen_accusations(office.database, office.keys):
        click.echo(f"warning: {UNSEEN.format(number=unseen)}", err=True)


@click.command()
@clear_errors
def serve() -> None:
    """Serve API and pages."""
    run(Settings.from_env())


@click.command()
@clear_errors
def worker() -> None:
    """Do jobs until SIGTERM or SIGINT, which hand back what is left of the one in hand; any number may run."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    office = patiently(lambda: Office.open(settings))
    office.watch.start()
    doer = Worker(office)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: doer.stop())
    click.echo("waiting for jobs", err=True)
    doer.run()
    office.database.close()
