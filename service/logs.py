"""Logs as lines of JSON on standard error, without what errors say: their messages may quote letters and people."""

import logging.config
import traceback
from types import TracebackType
from typing import Any, Literal, get_args

from pythonjsonlogger.json import JsonFormatter

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LEVELS: tuple[Level, ...] = get_args(Level)


class DiscreetFormatter(JsonFormatter):
    """Write a line of JSON; of an error only its kind and where it happened."""

    def formatException(  # noqa: N802 - the name of logging
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the places that an error passed and its kind."""
        places = "".join(traceback.format_tb(ei[2]))
        return f"{places}{ei[0].__name__}" if ei[0] else ""


def configuration(level: str) -> dict[str, Any]:
    """Return how a process logs, as `logging.config.dictConfig` takes it."""
    names = ["levelname", "name", "process", "message"]
    # Further down the server writes every address, with the secrets of login links.
    of_server = "INFO" if level == "DEBUG" else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": f"{__name__}.{DiscreetFormatter.__name__}",
                "fmt": names,
                "timestamp": "at",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "json_ensure_ascii": False,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {"gunicorn.error": {"level": of_server, "handlers": [], "propagate": True}},
    }


def configure(level: str) -> None:
    """Let this process log."""
    logging.config.dictConfig(configuration(level))
