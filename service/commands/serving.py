"""The commands serve and worker: a production server, and a process for jobs alone."""

import gc
import signal
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from model.errors import ArtefactError
from service.app import create_app
from service.commands.base import clear_errors
from service.office import Office
from service.settings import Settings
from service.worker import LOCK, Worker


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
            "worker_class": "gthread",
            "workers": int(settings.processes),
            "threads": int(settings.threads),
            "preload_app": True,
            "post_fork": self._start_process,
            "timeout": 120,
            "graceful_timeout": 30,
            "proc_name": "hongyan",
            "worker_exit": self._stop_jobs,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # a Flask application is a WSGI callable
        """Make the application before processes part; what is there by then stays shared as long as nobody writes."""
        app = create_app(self.office)
        gc.collect()
        gc.freeze()
        return app

    def _start_process(self, _server: Any, _process: Any) -> None:
        """Open in each process what does not survive a fork: connections, the index, threads.

        A process that takes the place of one that died may begin with a model that is no longer active.
        """
        self.office.start()
        self.office.watch.look()
        self.office.watch.start()
        if self.office.settings.worker == "in-process":
            self.worker = Worker(self.office)
            self.worker.start(self.office.settings.home_folder / LOCK)

    def _stop_jobs(self, _server: Any, _process: Any) -> None:
        """Hand back, as a process of the server ends, the job that it is at."""
        if self.worker:
            self.worker.stop()


def run(settings: Settings) -> None:
    """Serve until the process is told to stop; refuses a database or model that cannot be used."""
    try:
        office = Office.prepare(settings)
    except ArtefactError as error:
        if settings.model_folder:
            raise
        raise ArtefactError(f"{error}; or return to the version before: hongyan model rollback") from error
    Server(office).run()


@click.command()
@clear_errors
def serve() -> None:
    """Serve API and pages."""
    run(Settings.from_env())


@click.command()
@clear_errors
def worker() -> None:
    """Do jobs until SIGTERM or SIGINT, which hand back what is left of the one in hand; any number may run."""
    office = Office.open(Settings.from_env())
    office.watch.start()
    doer = Worker(office)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: doer.stop())
    click.echo("waiting for jobs", err=True)
    doer.run()
    office.database.close()
