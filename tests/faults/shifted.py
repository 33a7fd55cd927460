"""`python -m tests.faults.shifted FILE WORDS`: hongyan, with a clock that is as many seconds ahead as the file says."""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from service.cli import main
from tests.commands import commands

setting = Path(sys.argv.pop(1))
real_time, real_time_ns = time.time, time.time_ns


def seconds() -> int:
    return int(setting.read_text(encoding="ascii"))


class ShiftedDatetime(datetime):
    """Know another time than the machine."""

    __slots__ = ()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "ShiftedDatetime":
        return super().now(tz) + timedelta(seconds=seconds())


def shift() -> None:
    """Give the time of the file to the modules of the service, and to libraries that ask the module time."""
    commands()  # so that their modules are there
    time.time = lambda: real_time() + seconds()
    time.time_ns = lambda: real_time_ns() + seconds() * 1_000_000_000
    for name, module in list(sys.modules.items()):
        if name.startswith("service.") and getattr(module, "datetime", None) is datetime:
            module.datetime = ShiftedDatetime  # type: ignore[attr-defined]  # it was found there


if __name__ == "__main__":
    shift()
    main()
