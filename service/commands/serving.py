"""The command serve: a production server."""

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


class Server(BaseApplication):
    """Run the application under gunicorn, with threads in one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
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
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # a Flask application is a WSGI callable
        """Open the office in the worker process: connections and locks do not survive a fork."""
        return create_app(Office.open(self.settings))


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
