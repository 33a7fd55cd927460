"""Settings of the service, from the environment or the file named by HONGYAN_CONFIG."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from service.errors import SettingError

PREFIX = "HONGYAN_"
# The least and the most of settings that are numbers, and what others may be.
NUMBERS = {
    "port": (1, 65535),
    "processes": (1, 64),
    "threads": (1, 64),
    "waiting": (1, 1000),
    "rate": (1, 10_000_000),
    "drain": (0, 600),
    "group_from": (1, 1000),
    "proxies": (0, 9),
    "due_soon_days": (1, 365),
    "retention_days": (0, 36500),
}
CHOICES = {
    "index": ("embedded", "shared"),
    "worker": ("in-process", "separate"),
    "group_visit": ("on", "off"),
    "https": ("on", "off"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


def _setting(default: str, meaning: str) -> str:
    """Declare a setting with its default and what it is for; both appear in the README's table."""
    value: str = field(default=default, metadata={"help": meaning})
    return value


@dataclass(frozen=True)
class Settings:
    """All settings; each is read from HONGYAN_ and its name in capitals."""

    home: str = _setting("./var", "Folder of all state: database, keys, models.")
    database_url: str = _setting(
        "",
        "Address of the database, `postgresql://USER@HOST/NAME` or `sqlite:///FILE`; "
        "empty means SQLite in the home folder.",
    )
    index: str = _setting(
        "embedded", "Index of similar letters: `embedded` in each process, or `shared` in PostgreSQL."
    )
    host: str = _setting("127.0.0.1", "Address that the server listens on.")
    port: str = _setting("8000", "Port that the server listens on.")
    model: str = _setting("", "Folder of the trained model; empty means the active version of the registry.")
    keys: str = _setting("", "File of the secret keys; empty means keys in the home folder, made when first needed.")
    processes: str = _setting("1", "Processes of the server, which share the model's memory.")
    threads: str = _setting("8", "Requests that one server process answers at the same time.")
    waiting: str = _setting("64", "Requests that may wait in one server process; more answer 503 at once.")
    rate: str = _setting("60000", "Requests a minute that a token may send to one server process; more answer 429.")
    drain: str = _setting("2", "Seconds for which a server that is told to stop goes on, not ready any more.")
    log_level: str = _setting("INFO", "How much is logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    worker: str = _setting("in-process", "`separate` leaves jobs to processes of `hongyan worker`.")
    https: str = _setting("off", "`on` where people reach the server by https: cookies are sent over it only.")
    proxies: str = _setting(
        "0", "How many proxies stand before the server; too few, and all people share one address and its lockout."
    )
    oidc_issuer: str = _setting("", "Address of an OpenID Connect provider that logs people in; empty means none.")
    oidc_client: str = _setting("", "Identifier of this installation at that provider.")
    oidc_secret: str = _setting("", "Secret of this installation at that provider.")
    group_from: str = _setting("5", "How many people who come together are a group visit.")
    due_soon_days: str = _setting("3", "How many days before its deadline a matter counts as nearly due.")
    group_visit: str = _setting("on", "`off` switches the group-visit flag off everywhere.")

    retention_days: str = _setting(
        "0", "Days after the end of a matter until its letters are anonymised; 0 keeps what was sealed."
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raises SettingError on a name that does not exist or a value that makes no sense."""
        given = dict(os.environ if environment is None else environment)
        if PREFIX + "CONFIG" in given:
            given = {**_read_file(Path(given[PREFIX + "CONFIG"])), **given}
        unknown = sorted(key for key in given if key.startswith(PREFIX) and key not in _known_names())
        if unknown:
            raise SettingError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(_known_names()))}")
        names = {PREFIX + entry.name.upper(): entry.name for entry in fields(cls)}
        settings = cls(**{names[key]: value for key, value in given.items() if key in names and value})
        _check(settings)
        return settings

    @property
    def home_folder(self) -> Path:
        """Return the folder of all state."""
        return Path(self.home).expanduser().resolve()

    @property
    def database_address(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.home_folder / 'hongyan.db'}"

    @property
    def model_folder(self) -> Path | None:
        """Return the folder of the trained model if one is named, which the registry then does not choose."""
        return Path(self.model).expanduser() if self.model else None

    @property
    def models_folder(self) -> Path:
        """Return the folder of the registry: a folder in it for each version."""
        return self.home_folder / "models"

    @property
    def keys_file(self) -> Path:
        """Return the file of the secret keys."""
        return Path(self.keys).expanduser() if self.keys else self.home_folder / "keys"


def _check(settings: Settings) -> None:
    """Raise SettingError, saying what may be given, for a value that makes no sense."""
    for name, (least, most) in NUMBERS.items():
        value = getattr(settings, name)
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            raise SettingError(f"{PREFIX}{name.upper()} is {value!r}; give a number from {least} to {most}")
    for name, choices in CHOICES.items():
        if getattr(settings, name) not in choices:
            allowed = f"{', '.join(choices[:-1])} or {choices[-1]}"
            raise SettingError(f"{PREFIX}{name.upper()} is {getattr(settings, name)!r}; give {allowed}")
    if settings.oidc_issuer and not (settings.oidc_client and settings.oidc_secret):
        raise SettingError("HONGYAN_OIDC_ISSUER needs HONGYAN_OIDC_CLIENT and HONGYAN_OIDC_SECRET")


def _known_names() -> set[str]:
    return {PREFIX + "CONFIG", *(PREFIX + entry.name.upper() for entry in fields(Settings))}


def _read_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; blank lines and lines that begin with # do not count."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingError(f"HONGYAN_CONFIG names {path}, which cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingError(f"HONGYAN_CONFIG names {path}, which is not UTF-8; convert it") from error
    pairs = [line.partition("=") for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    foreign = [name.strip() for name, _, _ in pairs if name.strip() not in _known_names()]
    if foreign:
        raise SettingError(f"{path}: unknown setting {foreign[0]!r}; known are {', '.join(sorted(_known_names()))}")
    return {name.strip(): value.strip() for name, _, value in pairs}
