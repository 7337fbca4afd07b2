"""Hundreds of spoilt files: each is used or refused in words, never with a traceback, and soon."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from certain_eloqua.cli import main
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.files.loader import load_connector_text
from certain_eloqua.connectors.files.template import template
from certain_eloqua.mapping.loading import FieldMapError, load_field_map
from tests.hostile_files import FIELD_MAP, KNOWN, SCHEDULE, spoilt_files

SPOILT_PER_KIND = 35
SCHEDULED = "kind: import_profiles\nsettings: {contact_list_name: L, profile_deduplication: email}\n"
MOST_SECONDS = 5.0
"""Of processor time, for one file: more than what is promised, so that no busy machine fails this.
`python -m benchmarks.hostile_files` measures the promise itself."""


def connector_files() -> Iterator[tuple[str, bytes]]:
    yield from KNOWN.items()
    for number, kind in enumerate(KINDS):
        good = "".join(line for line in template(kind).splitlines(True) if not line.lstrip().startswith("#"))
        for name, content in spoilt_files(good + SCHEDULE, SPOILT_PER_KIND, seed=number):
            yield f"{kind}_{name}", content
    for name, content in spoilt_files(SCHEDULED + SCHEDULE, 80, seed=100):
        yield f"schedule_{name}", content


def test_no_spoilt_connector_file_breaks_the_reader():
    used = refused = 0
    for name, content in connector_files():
        before = time.process_time()
        connector, problems = load_connector_text(content, Path(f"{name}.yaml"))
        words = "\n".join(map(str, problems))
        assert time.process_time() - before < MOST_SECONDS, name
        assert (connector is None) == bool(problems), name
        words.encode()  # can be printed
        assert len(words) < 100_000, f"{name}: {len(words)} characters of faults"
        used, refused = used + (connector is not None), refused + (connector is None)
    assert used > 20, (
        "nearly nothing is good: the files are spoilt too much to reach what is behind the reader"
    )
    assert refused > 250


def test_no_spoilt_field_map_breaks_the_reader(tmp_path: Path):
    used = refused = 0
    for name, content in [*KNOWN.items(), *spoilt_files(FIELD_MAP, 150)]:
        path = tmp_path / "NWIND.yaml"
        path.write_bytes(content)
        before = time.process_time()
        words = ""
        try:
            load_field_map(path, "NWIND")
        except FieldMapError as error:
            words = str(error)
        words.encode()
        used, refused = used + (not words), refused + bool(words)
        assert len(words) < 100_000, name
        assert time.process_time() - before < MOST_SECONDS, name
    assert used > 5
    assert refused > 100


def test_the_command_prints_what_is_wrong_with_every_spoilt_file(tmp_path: Path):
    files = dict(connector_files())
    chosen = [*KNOWN, *sorted(set(files) - set(KNOWN))[::20]]
    for name in chosen:
        (tmp_path / f"{name}.yaml").write_bytes(files[name])
    for more in ([], ["--json"]):
        result = CliRunner().invoke(main, ["connectors", "check", "--folder", str(tmp_path), *more])
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1
        output = result.output + result.stderr
        assert not [name for name in KNOWN if f"{name}.yaml" not in output]
    assert json.loads(result.stdout)["errors"]
