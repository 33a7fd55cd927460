from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from service.errors import SettingError
from service.settings import Settings


def test_defaults_put_everything_into_the_home_folder() -> None:
    settings = Settings.from_env({})
    home = Path("var").resolve()
    assert settings.home_folder == home
    assert settings.database_address == f"sqlite:///{home / 'hongyan.db'}"
    assert settings.model_folder is None
    assert settings.models_folder == home / "models"
    assert settings.keys_file == home / "keys"
    assert (settings.host, settings.port) == ("127.0.0.1", "8000")


def test_the_environment_is_read(tmp_path: Path) -> None:
    given = {
        "HONGYAN_HOME": str(tmp_path),
        "HONGYAN_DATABASE_URL": "sqlite:///x.db",
        "HONGYAN_MODEL": "/m",
        "HONGYAN_KEYS": "~/k",
        "HONGYAN_PORT": "9000",
        "HONGYAN_GROUP_VISIT": "off",
        "PATH": "/bin",
    }
    settings = Settings.from_env(given)
    assert settings.home_folder == tmp_path
    assert settings.database_address == "sqlite:///x.db"
    assert settings.model_folder == Path("/m")
    assert settings.keys_file == Path("~/k").expanduser()
    assert (settings.port, settings.group_visit) == ("9000", "off")


def test_an_empty_value_means_the_default() -> None:
    assert Settings.from_env({"HONGYAN_HOME": "", "HONGYAN_PORT": ""}) == Settings()


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "hongyan.conf"
    path.write_text("# office\n\n HONGYAN_PORT = 9000 \nHONGYAN_HOST=::1\nHONGYAN_MODEL=/a=b\n", encoding="utf-8")
    settings = Settings.from_env({"HONGYAN_CONFIG": str(path), "HONGYAN_HOST": "0.0.0.0"})  # noqa: S104 - a value
    assert (settings.port, settings.host, settings.model) == ("9000", "0.0.0.0", "/a=b")  # noqa: S104 - a value


@pytest.mark.parametrize("line", ["HONGYAN_PROT=9000", "PORT=9000", "hongyan_port=9000", "nonsense"])
def test_an_unknown_name_in_the_file_is_refused_with_the_known_ones(tmp_path: Path, line: str) -> None:
    path = tmp_path / "hongyan.conf"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(SettingError, match="HONGYAN_PORT") as refused:
        Settings.from_env({"HONGYAN_CONFIG": str(path)})
    assert line.partition("=")[0] in str(refused.value)


def test_an_unknown_name_in_the_environment_is_refused() -> None:
    with pytest.raises(SettingError, match="HONGYAN_PROT"):
        Settings.from_env({"HONGYAN_PROT": "9000"})


@pytest.mark.parametrize("content", [None, "端口".encode("gb18030")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hongyan.conf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=r"hongyan\.conf"):
        Settings.from_env({"HONGYAN_CONFIG": str(path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("HONGYAN_PORT", value) for value in ("x", "0", "65536", "-1", "8000.5", " ", "²")),
        *(("HONGYAN_PROCESSES", value) for value in ("0", "65", "-1")),
        *(("HONGYAN_THREADS", value) for value in ("0", "65", "x", "²")),
        *(("HONGYAN_GROUP_FROM", value) for value in ("0", "-5", "五", "1001")),
        *(("HONGYAN_WORKER", value) for value in ("yes", "in process")),
        *(("HONGYAN_RETENTION_DAYS", value) for value in ("-1", "x", "36501")),
        *(("HONGYAN_GROUP_VISIT", value) for value in ("yes", "OFF")),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Settings.from_env({name: value})


def test_every_setting_explains_itself() -> None:
    assert all(entry.metadata["help"].endswith(".") for entry in fields(Settings))


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = "1"  # type: ignore[misc]
