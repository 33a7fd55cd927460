"""Judges what pip-audit found: a known fault ends the check, a network that is not there does not."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What the log of pip-audit says when it could not ask; any other end without a report is a fault of the call.
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "NameResolutionError", "ServiceError", "ProxyError")


@dataclass(frozen=True)
class Finding:
    """What was found in the packages of a lock."""

    looked_at: int
    not_looked_at: int
    faults: tuple[str, ...]


def read_report(report: dict[str, Any]) -> Finding:
    """Read the JSON report of pip-audit."""
    packages = report["dependencies"]
    skipped = sum(1 for package in packages if "skip_reason" in package)
    faults = sorted(
        {
            f"{package['name']} {package['version']}: {fault['id']}, mended in {_mended(fault)}"
            for package in packages
            for fault in package.get("vulns", ())
        }
    )
    return Finding(len(packages) - skipped, skipped, tuple(faults))


def _mended(fault: dict[str, Any]) -> str:
    return ", ".join(fault["fix_versions"]) or "no version"


def judge(report: Path, log: Path) -> tuple[int, str]:
    """Return the exit code and what to say of a report, which is not there if pip-audit could not make it."""
    if not report.is_file() or not report.stat().st_size:
        said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        if any(word in said for word in UNREACHABLE):
            return (
                0,
                "NOT AUDITED: who knows of faults cannot be reached from here; repeat it with a network",
            )
        return 1, f"pip-audit failed: {said.strip()[-500:]}"
    finding = read_report(json.loads(report.read_text(encoding="utf-8")))
    if finding.faults:
        return 1, "\n".join(("known faults in what is shipped:", *finding.faults))
    if not finding.looked_at:
        return 0, f"NOT AUDITED: the index tells nothing of faults in any of {finding.not_looked_at} packages"
    return 0, f"no known faults in {finding.looked_at} packages; {finding.not_looked_at} are not known to the index"


def main() -> None:
    """Judge the report and the log that the command names."""
    code, said = judge(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stderr.write(said + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
