"""Files that would take a location down: each is refused soon and in little memory, in plain words."""

import subprocess
import sys
from pathlib import Path

import pytest

from certain_eloqua.connectors.files.loader import load_connectors
from certain_eloqua.mapping import load_field_map
from certain_eloqua.mapping.loading import FieldMapError
from tests.conftest import ROOT
from tests.hostile_files import BOMB, KNOWN

# Reads the file with 200 MB beyond what the imports take, and a bound on CPU time.
LIMITED = """
import resource, sys
from certain_eloqua.connectors.files.loader import load_connectors
from certain_eloqua.mapping import load_field_map
from certain_eloqua.mapping.loading import FieldMapError
used = resource.getrusage(resource.RUSAGE_SELF)
seconds = int(used.ru_utime + used.ru_stime) + 20  # a bomb needs hours; a busy machine needs some seconds
mapped = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (mapped + 200_000_000,) * 2)
for problem in load_connectors(sys.argv[1] + "/connectors").problems:
    print(problem)
try:
    load_field_map(sys.argv[1] + "/maps", "NWIND")
except FieldMapError as error:
    print(error)
"""


def refused_under_limits(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder)], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return done.stdout


HOSTILE = ("bomb", "tags", "utf16", "tabs", "doubled", "deep", "large", "long_keys")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_200_megabytes(name: str, tmp_path: Path):
    for file in (f"connectors/{name}.yaml", "maps/NWIND.yaml"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_bytes(KNOWN[name])
    refused = refused_under_limits(tmp_path)
    assert f"{name}.yaml:" in refused
    assert "NWIND.yaml:" in refused


def test_a_bomb_is_told_from_a_file_by_line_and_remedy(tmp_path: Path):
    (tmp_path / "broken.yaml").write_text(BOMB)
    (problem,) = load_connectors(tmp_path).problems
    assert len(BOMB) < 400
    assert str(problem).endswith(
        "broken.yaml:1: `&a`: anchors and aliases are not allowed here; write the value out where it is used."
    )


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    text = "kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: [Invited]}\n"
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    loaded = load_connectors(tmp_path)
    assert [connector.name for connector in loaded] == ["marked"], loaded.problems


def test_a_link_that_leaves_the_folder_is_refused_by_name(tmp_path: Path):
    folder, other = tmp_path / "connectors", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    text = "kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: [Invited]}\n"
    (other / "secret.yaml").write_text(text)
    (folder / "outside.yaml").symlink_to(other / "secret.yaml")
    (folder / "real.yaml").write_text(text)
    (folder / "inside.yaml").symlink_to(folder / "real.yaml")
    loaded = load_connectors(folder)
    assert [connector.name for connector in loaded] == ["inside", "real"]
    (problem,) = loaded.problems
    assert "outside.yaml is a link to" in str(problem)
    (folder / "NWIND.yaml").symlink_to(other / "secret.yaml")
    with pytest.raises(FieldMapError, match=r"NWIND\.yaml is a link to"):
        load_field_map(folder, "NWIND")
