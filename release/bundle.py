"""Makes an archive of a folder of wheels, model and instructions, which installs without a network."""

import gzip
import hashlib
import shutil
import sys
import sysconfig
import tarfile
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

PARTS = Path(__file__).parent / "parts"
# Makes two archives of the same content equal, byte for byte.
NO_TIME = 0


def requirements_of(wheels: Path) -> str:
    """Return a line for each wheel of a folder, with its version and hash, as `pip install --require-hashes` reads it.

    The lock of the repository will not do: a package that comes as source has another hash once it is a wheel.
    """
    lines = []
    for path in sorted(wheels.glob("*.whl")):
        name, version = _named(path)
        lines.append(f"{name}=={version} --hash=sha256:{_sha256(path)}\n")
    return "".join(lines)


def _named(wheel: Path) -> tuple[str, str]:
    with ZipFile(wheel) as archive:
        (entry,) = (
            name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        )
        fields = HeaderParser().parsestr(archive.read(entry).decode())
    return fields["Name"], fields["Version"]


def checksums_of(folder: Path) -> str:
    """Return a line for each file below a folder, as `sha256sum --check` reads it."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return "".join(f"{_sha256(folder / name)}  {name}\n" for name in names if name != "SHA256SUMS")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def complete(folder: Path) -> None:
    """Put beside the wheels and the model what installs them, and the sums of all files."""
    shutil.copytree(PARTS, folder, dirs_exist_ok=True)
    (folder / "requirements.txt").write_text(requirements_of(folder / "wheels"), encoding="utf-8")
    (folder / "PYTHON").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n", encoding="ascii")
    (folder / "PLATFORM").write_text(sysconfig.get_platform() + "\n", encoding="ascii")
    (folder / "SHA256SUMS").write_text(checksums_of(folder), encoding="utf-8")


def pack(folder: Path, archive: Path) -> None:
    """Write an archive of a folder, complete or not at all; equal folders give equal archives."""
    making = archive.with_suffix(".making")
    with (
        making.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=NO_TIME) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted((folder, *folder.rglob("*"))):
            name = path.relative_to(folder.parent).as_posix()
            entry = tar.gettarinfo(path, name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = NO_TIME
            entry.mode = 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)
    making.replace(archive)


def main() -> None:
    """Complete the folder that the command names, and pack it into an archive beside it."""
    folder = Path(sys.argv[1])
    archive = folder.with_name(folder.name + ".tar.gz")
    complete(folder)
    pack(folder, archive)
    sys.stdout.write(f"{archive}\n")


if __name__ == "__main__":
    main()
