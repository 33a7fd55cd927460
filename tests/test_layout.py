"""The house: sizes, texts apart from code, and a README that tells what is there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("model", "service", "training")
LONGEST = 350
CHINESE = re.compile("[\u3400-\u9fff]")
# Chinese that is data of the interface with offices, not text of the interface with people.
MAY_HOLD_CHINESE = {
    "service/app.py": {"Hongyan 鸿雁"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the string literals of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_too_long(package: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(package)}
    assert lengths
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str) -> None:
    for path in modules(package):
        if "versions" not in path.parts:
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_texts_of_the_service_are_apart_from_its_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {value}"
        for path in modules("service")
        for line, value in strings(path)
        if CHINESE.search(value) and value not in MAY_HOLD_CHINESE.get(path.relative_to(ROOT).as_posix(), set())
    ]
    assert found == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_setting(readme: str) -> None:
    rows = re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(PREFIX + entry.name.upper() for entry in fields(Settings))
