import json
from pathlib import Path
from typing import Any

from release.audit import judge

SOUND = {"name": "click", "version": "8.3.0", "vulns": []}
FAULTY = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "CVE-2024-1", "fix_versions": ["2.1"], "aliases": []}]}
UNKNOWN = {"name": "own", "version": "1", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def judged(folder: Path, *packages: dict[str, Any], log: str = "") -> tuple[int, str]:
    report, log_file = folder / "audit.json", folder / "audit.log"
    if packages:
        report.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    log_file.write_text(log)
    return judge(report, log_file)


def test_a_known_fault_fails_and_is_named_once(tmp_path: Path) -> None:
    code, said = judged(tmp_path, SOUND, FAULTY, FAULTY, UNKNOWN)
    assert code == 1
    assert said.splitlines() == ["known faults in what is shipped:", "jinja2 2.0: CVE-2024-1, mended in 2.1"]


def test_nothing_known_passes_with_what_was_looked_at(tmp_path: Path) -> None:
    assert judged(tmp_path, SOUND, UNKNOWN) == (0, "no known faults in 1 packages; 1 are not known to the index")


def test_an_index_that_knows_nothing_is_no_clean_bill(tmp_path: Path) -> None:
    code, said = judged(tmp_path, UNKNOWN)
    assert (code, said.startswith("NOT AUDITED")) == (0, True)


def test_no_network_passes_and_says_so(tmp_path: Path) -> None:
    code, said = judged(tmp_path, log="requests.exceptions.ConnectionError: Failed to resolve 'pypi.org'")
    assert (code, said.startswith("NOT AUDITED")) == (0, True)


def test_a_wrong_call_fails(tmp_path: Path) -> None:
    code, said = judged(tmp_path, log="error: invalid requirements input: requirements.lock")
    assert (code, "invalid requirements input" in said) == (1, True)
