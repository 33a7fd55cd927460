"""A bundle is installed, used and upgraded where no network is, as its instructions say; `make test-bundle` is this."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.ports import free_port

ARCHIVE = os.environ.get("BUNDLE")
LETTER = {
    "body": "我叫赵铁柱，电话13812340000。翠竹路的路灯坏了一个月，请尽快修理。",
    "petitioner": {"name": "赵铁柱"},
}
# Without a network nothing but the machine itself answers, and `curl` waits until the server does.
USED = """
set -eux
ip link set lo up
if curl --silent --max-time 5 https://pypi.org/; then exit 9; fi
./install "$HERE/program" "$HERE/state"
echo a-long-password | "$HERE/program/hongyan" user add li.na --role admin
echo another-password | "$HERE/program/hongyan" user add wang.wei --role discipline
token=$("$HERE/program/hongyan" token add case-system --role integrator)
"$HERE/program/hongyan" serve & server=$!
curl --silent --fail --retry 600 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$HONGYAN_PORT/readyz"
curl --silent --fail "http://127.0.0.1:$HONGYAN_PORT/api/v1/letters" --header "Authorization: Bearer $token" \
    --header "Content-Type: application/json" --data "$LETTER" --output "$HERE/answer.json"
kill $server && wait $server
./install "$HERE/program" "$HERE/state"
"$HERE/program/hongyan" audit verify
"""

pytestmark = [
    pytest.mark.skipif(not ARCHIVE, reason="needs an archive: make test-bundle"),
    pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare of util-linux"),
]


def test_a_bundle_installs_takes_a_letter_in_and_upgrades_without_a_network(tmp_path: Path) -> None:
    with tarfile.open(str(ARCHIVE)) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHON": sys.executable,
        "HERE": str(tmp_path),
        "HONGYAN_PORT": str(free_port()),
        "LETTER": json.dumps(LETTER),
    }
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", USED]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-6000:]
    answer = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert answer["body"].startswith("我叫赵**，电话138****0000。")
    assert answer["category"]["code"]
    assert list((tmp_path / "state").glob("before-*.backup"))
