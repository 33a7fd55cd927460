from pathlib import Path
from typing import Any

import pytest
import yaml

from model.errors import TaxonomyError
from model.package_data import data_folder
from model.taxonomy import content_of, load_taxonomy, taxonomy_of

WAGES = {"code": "labour.wages", "name": "工资福利", "route": "arbitration", "topics": ["工资发放"]}
LABOUR = {"code": "labour", "name": "劳动社保", "classes": [WAGES]}
OTHER = {"code": "other", "name": "其他"}


def content(*categories: Any) -> dict[str, Any]:
    return {"categories": list(categories)}


def test_a_taxonomy_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "taxonomy.yaml"
    file.write_text(yaml.safe_dump(content(LABOUR, OTHER), allow_unicode=True), encoding="utf-8")
    taxonomy = load_taxonomy(file)
    assert list(taxonomy.by_code) == ["labour", "other"]
    assert taxonomy.parents == {"labour.wages": "labour"}
    assert taxonomy.classes_by_code["labour.wages"].route == "arbitration"
    assert taxonomy.classes_by_code["labour.wages"].topics == ("工资发放",)


def test_what_is_written_reads_back_the_same() -> None:
    taxonomy = taxonomy_of(content(LABOUR, OTHER), "test")
    assert taxonomy_of(content_of(taxonomy), "test") == taxonomy


@pytest.mark.parametrize(
    ("label", "code"),
    [("labour", "labour"), ("labour.wages", "labour.wages"), ("劳动社保", "labour"), ("其他", "other"), ("天气", None)],
)
def test_a_label_is_a_code_or_a_name(label: str, code: str | None) -> None:
    assert taxonomy_of(content(LABOUR, OTHER), "test").find(label) == code


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        ([], "categories"),
        ({"categories": "labour"}, "categories"),
        (content("labour"), "labour"),
        (content({"code": "labour"}), "name"),
        (content({"name": "劳动社保"}), "劳动社保"),
        (content({"code": 7, "name": "劳动社保"}), "劳动社保"),
        (content(OTHER, OTHER), "other"),
        (content({**LABOUR, "classes": [WAGES, WAGES]}), "labour.wages"),
        (content({**OTHER, "classes": [{**OTHER, "route": "ordinary"}]}), "other"),
        (content({**LABOUR, "classes": [{**WAGES, "route": "post"}]}), "labour.wages"),
        (content({**LABOUR, "classes": [{"name": "工资福利", "route": "post"}]}), "工资福利"),
        (content({**LABOUR, "classes": [{"code": "labour.wages", "name": "工资福利"}]}), "labour.wages"),
        (content({**LABOUR, "classes": ["labour.wages"]}), "labour.wages"),
        (content({**LABOUR, "classes": 5}), "labour"),
    ],
)
def test_an_error_names_the_file_and_the_entry(broken: Any, names: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        taxonomy_of(broken, "office.yaml")
    assert "office.yaml" in str(caught.value)
    assert names in str(caught.value)


@pytest.mark.parametrize("written", [b"categories: [", "categories: 劳动".encode("gb18030"), None])
def test_a_file_that_is_no_yaml_in_utf8_is_refused_by_name(tmp_path: Path, written: bytes | None) -> None:
    file = tmp_path / "office.yaml"
    if written is not None:
        file.write_bytes(written)
    with pytest.raises(TaxonomyError, match=r"office\.yaml"):
        load_taxonomy(file)


def test_the_shipped_taxonomy_is_whole() -> None:
    taxonomy = load_taxonomy(data_folder() / "taxonomy.yaml")
    assert len(taxonomy.categories) == 18
    assert all(category.classes for category in taxonomy.categories)
