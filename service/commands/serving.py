"""The commands serve and worker: a production server, and a process for jobs alone."""

import signal
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from model.artefact import read_manifest
from service.app import create_app
from service.commands.base import clear_errors
from service.db import Database
from service.migrate import require_current
from service.office import Office
from service.settings import Settings
from service.worker import LOCK, Worker


class Server(BaseApplication):
    """Run the application under gunicorn, with threads in one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.worker: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "threads": int(self.settings.threads),
            "timeout": 120,
            "graceful_timeout": 30,
            "proc_name": "hongyan",
            "worker_exit": self._stop_jobs,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # a Flask application is a WSGI callable
        """Open the office in the worker process: connections and locks do not survive a fork."""
        office = Office.open(self.settings)
        if self.settings.worker == "in-process":
            self.worker = Worker(office)
            self.worker.start(self.settings.home_folder / LOCK)
        return create_app(office)

    def _stop_jobs(self, _server: Any, _process: Any) -> None:
        """Hand back, as a process of the server ends, the job that it is at."""
        if self.worker:
            self.worker.stop()


def run(settings: Settings) -> None:
    """Serve until the process is told to stop; refuses a database or model that cannot be used."""
    database = Database(settings.database_address)
    require_current(database)
    database.close()
    read_manifest(settings.model_folder)
    Server(settings).run()


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
    doer = Worker(office)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: doer.stop())
    click.echo("waiting for jobs", err=True)
    doer.run()
    office.database.close()
