"""A byte of the active model flips on the disk: who runs goes on, who would begin with it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.letters import letters_of
from tests.faults.site import Site, opened


@pytest.fixture
def registered(tmp_path: Path, model_folder: Path) -> Iterator[Site]:
    """Return an installation that has its model in the registry."""
    with opened(Site(tmp_path, f"sqlite:///{tmp_path / 'hongyan.db'}", None)) as site:
        added = site.command("model", "add", str(model_folder), "--activate")
        assert added.returncode == 0, added.stderr
        yield site


def flip_a_byte(folder: Path, chance: Random) -> None:
    """Change one byte of one file that the manifest names."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    file = folder / chance.choice(sorted(manifest["files"]))
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(content)


def test_a_damaged_model_is_refused_and_stops_nobody_who_runs(registered: Site, chance: Random) -> None:
    token, analyst = registered.token(), registered.token("wang", "analyst")
    server = registered.serve()
    first, second = letters_of(chance, 2)
    assert registered.deliver(token, **first).status == 201
    (model,) = registered.call("GET", "/api/v1/models", token=analyst).json["items"]
    flip_a_byte(registered.home / "models" / model["version"], chance)

    activated = registered.call("POST", f"/api/v1/models/{model['version']}/activate", {}, analyst)
    assert activated.status == 409, activated.body
    assert "damaged" in activated.json["detail"]
    assert registered.is_ready()
    assert registered.deliver(token, **second).status == 201

    registered.kill(server)
    refused = registered.command("serve")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "rollback" in refused.stderr
