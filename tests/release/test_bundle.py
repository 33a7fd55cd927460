import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from release.bundle import PARTS, checksums_of, complete, pack, requirements_of
from service.cli import COMMANDS

UNITS = sorted((PARTS / "systemd").glob("*.service"))
SCRIPTS = ("install", "prepare")


def wheel(folder: Path, name: str, version: str) -> Path:
    path = folder / f"{name.replace('-', '_').lower()}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n\nText\n")
        archive.writestr("vendored/other-9.dist-info/METADATA", "Name: other\nVersion: 9\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "hongyan-1-bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "model").mkdir()
    (folder / "model" / "manifest.json").write_text("{}")
    wheel(folder / "wheels", "hongyan", "1")
    wheel(folder / "wheels", "Flask-WTF", "1.3.0")
    return folder


def test_each_wheel_is_required_by_its_version_and_hash(folder: Path) -> None:
    lines = requirements_of(folder / "wheels").splitlines()
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "wheels").iterdir()}
    assert lines == [
        f"Flask-WTF==1.3.0 --hash=sha256:{digests['flask_wtf-1.3.0-py3-none-any.whl']}",
        f"hongyan==1 --hash=sha256:{digests['hongyan-1-py3-none-any.whl']}",
    ]


def test_a_bundle_holds_what_its_script_needs(folder: Path) -> None:
    complete(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert {"install", "prepare", "PYTHON", "PLATFORM", "requirements.txt", "INSTALL.md", "INSTALL.zh-CN.md"} <= there
    assert (folder / "PYTHON").read_text() == f"{sys.version_info.major}.{sys.version_info.minor}\n"
    assert os.access(folder / "install", os.X_OK)


def test_the_sums_tell_a_file_that_was_changed(folder: Path) -> None:
    complete(folder)
    sums = (folder / "SHA256SUMS").read_text()
    assert "  model/manifest.json\n" in sums
    assert "SHA256SUMS" not in sums
    assert checksums_of(folder) == sums
    (folder / "model" / "manifest.json").write_text("{ }")
    assert checksums_of(folder) != sums


def test_equal_folders_give_equal_archives_of_nobody(folder: Path, tmp_path: Path) -> None:
    complete(folder)
    first, second = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"
    pack(folder, first)
    os.utime(folder / "install", (0, 0))
    pack(folder, second)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        members = {member.name: member for member in archive}
    assert members[f"{folder.name}/install"].mode == 0o755
    assert members[f"{folder.name}/SHA256SUMS"].mode == 0o644
    assert {(member.uid, member.gid, member.uname) for member in members.values()} == {(0, 0, "")}
    assert {name.split("/")[0] for name in members} == {folder.name}


def installed(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
    return subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", str(folder / "install"), *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_a_damaged_bundle_is_not_installed(folder: Path, tmp_path: Path) -> None:
    complete(folder)
    (folder / "model" / "manifest.json").write_text("{ }")
    ended = installed(folder, str(tmp_path / "program"), str(tmp_path / "state"))
    assert (ended.returncode, "the bundle is damaged" in ended.stderr) == (1, True)
    assert not (tmp_path / "program").exists()


@pytest.mark.parametrize(("part", "said"), [("PYTHON", "needs Python 2.7"), ("PLATFORM", "is for 2.7")])
def test_a_bundle_for_another_machine_is_not_installed(folder: Path, tmp_path: Path, part: str, said: str) -> None:
    complete(folder)
    (folder / part).write_text("2.7\n")
    ended = installed(folder, str(tmp_path / "program"), str(tmp_path / "state"))
    assert (ended.returncode, said in ended.stderr) == (1, True)
    assert not (tmp_path / "program").exists()


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_plain_posix(name: str) -> None:
    shell = shutil.which("dash") or "/bin/sh"
    checked = subprocess.run([shell, "-n", PARTS / name], capture_output=True, check=False)  # noqa: S603 - our own
    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_call_commands_that_exist(name: str) -> None:
    called = re.findall(r"hongyan(?:\")? ([a-z]+)", (PARTS / name).read_text(encoding="utf-8"))
    assert called
    assert set(called) <= {*COMMANDS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_run_a_command_as_somebody_who_may_write_the_state_only(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    program, command = values["ExecStart"].split()
    assert program == "/opt/hongyan/current/bin/hongyan"
    assert command in COMMANDS
    assert (values["User"], values["ProtectSystem"], values["NoNewPrivileges"]) == ("hongyan", "strict", "yes")
    assert values["ReadWritePaths"] == "/var/lib/hongyan"
    assert int(values["TimeoutStopSec"]) > 60, "answers may take so long when it stops"


def test_both_languages_of_the_instructions_tell_the_same_commands() -> None:
    blocks = [
        re.findall(r"^(?:sudo|tar|curl) \S+ \S+", (PARTS / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("INSTALL.md", "INSTALL.zh-CN.md")
    ]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) > 5
