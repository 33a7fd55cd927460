import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from model.analyse import Analyser
from model.artefact import FORMAT, MANIFEST, load, read_manifest, save
from model.errors import ArtefactError
from model.purpose import PurposeReader
from model.reading import read
from model.segment import DEFAULT, identity
from model.storage import Part
from tests.factories import letter
from tests.model.letters import EXAMPLES, MATTERS

LETTERS = [letter(example.text) for example in EXAMPLES[::5]]


def parts_of(analyser: Analyser) -> dict[str, Part]:
    assert analyser.category
    assert analyser.purpose
    assert analyser.relation
    assert analyser.risk
    return {
        "category": analyser.category,
        "purpose": analyser.purpose,
        "relation": analyser.relation,
        "risk": analyser.risk,
    }


@cache
def fitted_purpose(letters: int) -> dict[str, Part]:
    chosen = EXAMPLES[:letters]
    readings = [read(example.text) for example in chosen]
    purposes = [example.purpose for example in chosen]
    return {"purpose": PurposeReader().fit(readings, purposes, range(letters))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a saved model of one part."""
    save(tmp_path / "model", fitted_purpose(40), {"card": "第一版"})
    return tmp_path / "model"


def change_manifest(folder: Path, **changes: Any) -> None:
    manifest = {**json.loads((folder / MANIFEST).read_text(encoding="utf-8")), **changes}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_saved_model_gives_the_same_results(small_analyser: Analyser, tmp_path: Path) -> None:
    saved = Analyser(save(tmp_path / "model", parts_of(small_analyser), {}), **parts_of(small_analyser))  # type: ignore[arg-type]
    loaded = load(tmp_path / "model")
    assert loaded.analyse(LETTERS) == saved.analyse(LETTERS)
    assert loaded.category
    assert small_analyser.category
    assert loaded.category.machine.get_params() == small_analyser.category.machine.get_params()
    assert loaded.category.precision == small_analyser.category.precision
    for a, b in MATTERS:
        assert loaded.compare(letter(a), letter(b)) == saved.compare(letter(a), letter(b))


def test_a_model_of_one_part_loads_without_the_others(folder: Path) -> None:
    loaded = load(folder)
    assert loaded.purpose
    assert (loaded.category, loaded.relation, loaded.risk) == (None, None, None)


def test_the_manifest_tells_parts_and_details_and_the_card_lies_beside_it(tmp_path: Path) -> None:
    version = save(tmp_path / "model", fitted_purpose(40), {"card": "说明", "data": "abc"})
    manifest = read_manifest(tmp_path / "model")
    assert (manifest["version"], manifest["parts"], manifest["data"]) == (version, ["purpose"], "abc")
    assert (tmp_path / "model/card.md").read_text(encoding="utf-8") == "说明"


def test_the_same_data_and_seed_give_the_same_version(tmp_path: Path) -> None:
    first = save(tmp_path / "a", fitted_purpose(40), {})
    fitted_purpose.cache_clear()
    assert save(tmp_path / "b", fitted_purpose(40), {}) == first


def test_other_data_give_another_version(tmp_path: Path) -> None:
    assert save(tmp_path / "a", fitted_purpose(40), {}) != save(tmp_path / "b", fitted_purpose(41), {})


def test_a_changed_byte_is_refused_by_name(folder: Path) -> None:
    weights = folder / "purpose/machine.coef.npy"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"machine\.coef\.npy: missing or changed"):
        load(folder)


def test_a_missing_file_is_refused_by_name(folder: Path) -> None:
    (folder / "purpose/machine.json").unlink()
    with pytest.raises(ArtefactError, match=r"machine\.json: missing or changed"):
        load(folder)


def test_a_model_of_another_scikit_learn_is_refused_with_the_remedy(folder: Path) -> None:
    change_manifest(folder, **{"scikit-learn": "0.1"})
    with pytest.raises(ArtefactError, match=r"trained with scikit-learn 0\.1, .*train again: hongyan-train fit"):
        load(folder)


@pytest.mark.parametrize(
    ("trained", "installed"),
    [("rjieba 0.1", identity("rjieba")), ("jieba 0.1", identity("jieba")), ("scissors 3.0", identity(DEFAULT))],
)
def test_a_model_of_another_segmenter_is_refused_with_the_remedy(folder: Path, trained: str, installed: str) -> None:
    change_manifest(folder, segmenter=trained)
    expected = re.escape(f"trained with {trained}, installed is {installed}; train again: hongyan-train fit")
    with pytest.raises(ArtefactError, match=expected):
        load(folder)


def test_a_model_of_a_segmenter_that_is_not_installed_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.segment.find_spec", lambda _: None)
    with pytest.raises(ArtefactError, match=r"trained with rjieba .*, installed is no rjieba"):
        load(folder)


def test_a_model_says_by_which_segmenter_it_was_trained(folder: Path) -> None:
    assert read_manifest(folder)["segmenter"] == identity(DEFAULT)
    assert load(folder).segmenter == DEFAULT


def test_a_model_trained_by_the_reference_segmenter_reads_by_it(folder: Path) -> None:
    change_manifest(folder, segmenter=identity("jieba"))
    assert load(folder).segmenter == "jieba"


def test_a_part_of_a_newer_hongyan_is_refused_by_name(folder: Path) -> None:
    change_manifest(folder, parts=["purpose", "weather"])
    with pytest.raises(ArtefactError, match="weather"):
        load(folder)


@pytest.mark.parametrize(
    "manifest",
    [
        *(None, "", "{", "[]", '{"format": 0}', '{"format": 2}'),
        *(f'{{"format": {FORMAT}}}', f'{{"format": {FORMAT}, "files": {{}}, "parts": 3}}'),
    ],
)
def test_a_damaged_manifest_is_refused(folder: Path, manifest: str | None) -> None:
    (folder / MANIFEST).unlink()
    if manifest is not None:
        (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    with pytest.raises(ArtefactError, match="train"):
        load(folder)


def test_a_model_of_an_older_format_is_refused(folder: Path) -> None:
    change_manifest(folder, format=1)
    with pytest.raises(ArtefactError, match="another version of Hongyan; train again"):
        load(folder)


@pytest.mark.parametrize("lost", ["files", "parts", "version", "segmenter"])
def test_a_manifest_that_lost_an_entry_is_refused(folder: Path, lost: str) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest[lost]
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtefactError):
        load(folder)


def test_saving_again_replaces_the_model_and_leaves_nothing_beside_it(folder: Path) -> None:
    version = save(folder, fitted_purpose(41), {"card": "第二版"})
    assert load(folder).version == version
    assert (folder / "card.md").read_text(encoding="utf-8") == "第二版"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_failed_save_leaves_the_old_model_whole(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(TypeError):
        save(folder, fitted_purpose(41), {"metrics": object()})
    assert contents(folder) == before
    assert list(folder.parent.iterdir()) == [folder]


def test_a_failed_first_save_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        save(tmp_path / "model", fitted_purpose(40), {"metrics": object()})
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert save(tmp_path / "model", fitted_purpose(40), {}) == load(tmp_path / "model").version


@pytest.mark.parametrize("foreign", ["notes.txt", "manifest.json"])
def test_a_folder_with_foreign_files_is_refused_and_kept(tmp_path: Path, foreign: str) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / foreign).write_text('{"name": "a web page"}', encoding="utf-8")
    with pytest.raises(ArtefactError, match="work"):
        save(tmp_path / "work", fitted_purpose(40), {})
    assert list(contents(tmp_path / "work")) == [foreign]


def test_a_foreign_file_inside_a_model_folder_is_not_lost(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtefactError, match="model"):
        save(folder, fitted_purpose(41), {})
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtefactError, match="model"):
        save(tmp_path / "model", fitted_purpose(40), {})
