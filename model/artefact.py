"""A trained model on disk: one folder with its parts and a manifest of versions, hashes and measurements."""

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

import sklearn

from model import segment
from model.analyse import Analyser
from model.errors import ArtefactError
from model.storage import READERS, WRITERS, Part, PartReader, PartWriter

FORMAT = 5
MANIFEST = "manifest.json"
CARD = "card.md"


def save(folder: Path, parts: Mapping[str, Part], details: Mapping[str, Any]) -> str:
    """Write the trained parts into a folder, complete or not at all, and return the version.

    `details` goes into the manifest: the hash of the training data, metrics, the card. An existing model folder is
    replaced; raises ArtefactError if the folder holds anything else.
    """
    check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        making.chmod(0o755)
        for name, part in parts.items():
            WRITERS[name](part, PartWriter(making / name))
        manifest = _manifest(making, sorted(parts), details)
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
        (making / MANIFEST).write_text(text, encoding="utf-8")
        (making / CARD).write_text(str(details.get("card", "")), encoding="utf-8")
        _swap(making, folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return str(manifest["version"])


def check_replaceable(folder: Path) -> None:
    """Raise ArtefactError unless the folder is new, empty, or a model and nothing else."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ArtefactError(f"{folder}: is a file; name a folder")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if not present:
        return
    foreign = present - _files_of_any_version(folder)
    if foreign:
        raise ArtefactError(f"{folder}: holds {sorted(foreign)[0]}, which is no part of a model; name another folder")


def _files_of_any_version(folder: Path) -> set[str]:
    """Return the files that belong to a model, also of a version that this one cannot load: it may be replaced."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    ours = isinstance(manifest, dict) and isinstance(manifest.get("files"), dict) and "parts" in manifest
    return {MANIFEST, CARD, *manifest["files"]} if ours else set()


def _swap(making: Path, folder: Path) -> None:
    """Put the finished folder in place of the old one, which stays whole until then."""
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent)) / "old"
        folder.rename(old)
        try:
            making.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old.parent, ignore_errors=True)
    else:
        making.rename(folder)


def _manifest(folder: Path, parts: list[str], details: Mapping[str, Any]) -> dict[str, Any]:
    files = {path.relative_to(folder).as_posix(): _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        "format": FORMAT,
        "version": _version(files),
        "parts": parts,
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "segmenter": segment.identity(segment.DEFAULT),
        "files": files,
        **{key: value for key, value in details.items() if key != "card"},
    }


def _version(files: Mapping[str, str]) -> str:
    """Return the version that the contents of files make; estimators do not count, their bytes differ each time."""
    weights = {name: value for name, value in files.items() if not name.endswith(".skops")}
    return hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()[:12]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(folder: Path) -> Analyser:
    """Load a model folder.

    Raises ArtefactError, saying what to do, if it is missing, damaged or made by another version of what it needs.
    """
    manifest = check(folder)
    parts = {name: READERS[name](PartReader(folder / name)) for name in manifest["parts"]}
    return Analyser(version=manifest["version"], segmenter=_name(manifest["segmenter"]), **parts)


def check(folder: Path) -> dict[str, Any]:
    """Return the manifest of a model folder whose every file is as it was trained.

    Raises ArtefactError, saying what to do, if it is missing, damaged or made by another version of what it needs.
    """
    manifest = read_manifest(folder)
    _check_versions(folder, manifest)
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file() or _hash(path) != expected:
            raise ArtefactError(
                f"{path}: missing or changed since training; train again: hongyan-train fit all --out DIR"
            )
    if manifest["version"] != _version(manifest["files"]):
        raise ArtefactError(f"{folder}: the version does not fit the files; train again")
    unknown = [name for name in manifest["parts"] if name not in READERS]
    if unknown:
        raise ArtefactError(f"{folder}: unknown parts {', '.join(unknown)}; this model needs a newer Hongyan")
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a model folder; raises ArtefactError if there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtefactError(f"{folder}: no model here; train one: hongyan-train fit all --out {folder}") from error
    except ValueError as error:
        raise ArtefactError(f"{folder}: the manifest is damaged; train again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtefactError(f"{folder}: made by another version of Hongyan; train again")
    if not isinstance(manifest.get("files"), dict) or not {"parts", "version"} <= manifest.keys():
        raise ArtefactError(f"{folder}: the manifest is damaged; train again")
    return manifest


def _check_versions(folder: Path, manifest: Mapping[str, Any]) -> None:
    segmenter = str(manifest.get("segmenter"))
    present = {"scikit-learn": f"scikit-learn {sklearn.__version__}", "segmenter": segment.identity(_name(segmenter))}
    needed = {"scikit-learn": f"scikit-learn {manifest.get('scikit-learn')}", "segmenter": segmenter}
    for part, installed in present.items():
        if needed[part] != installed:
            raise ArtefactError(
                f"{folder}: trained with {needed[part]}, installed is {installed}; "
                f"train again: hongyan-train fit all --out {folder}"
            )


def _name(identity: str) -> segment.Name:
    """Return the segmenter that an identity of name and version means, the installed one if it means none."""
    name = identity.split(" ")[0]
    return cast(segment.Name, name) if name in get_args(segment.Name) else segment.DEFAULT
