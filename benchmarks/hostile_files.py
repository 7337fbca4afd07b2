"""How long the readers take with spoilt connector files, field maps and schedules: each below a second.

Run it with `python -m benchmarks.hostile_files`; the exit code is 1 if a file took longer. The time
is processor time, so other work on the machine does not count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.files.loader import load_connector
from certain_eloqua.connectors.files.template import template
from certain_eloqua.mapping import FieldMapError, load_field_map
from tests.hostile_files import FIELD_MAP, KNOWN, SCHEDULE, spoilt_files

PROMISED_SECONDS = 1.0
SHOWN = 5


def main() -> int:
    """Print the slowest files; 1 if one took longer than promised."""
    with tempfile.TemporaryDirectory() as folder:
        taken = sorted(_measured(Path(folder)), reverse=True)
    sys.stdout.write(f"{len(taken)} files, {sum(seconds for seconds, _ in taken):.1f} s\n")
    for seconds, name in taken[:SHOWN]:
        sys.stdout.write(f"{seconds * 1000:8.1f} ms  {name}\n")
    return int(taken[0][0] > PROMISED_SECONDS)


def _measured(folder: Path) -> Iterator[tuple[float, str]]:
    connector, field_map = folder / "tried.yaml", folder / "NWIND.yaml"
    spoilt = {
        f"{kind}_{name}": content
        for number, kind in enumerate(KINDS)
        for name, content in spoilt_files(template(kind) + SCHEDULE, 60, seed=number)
    }
    for name, content in {**KNOWN, **spoilt}.items():
        connector.write_bytes(content)
        began = time.process_time()
        _, problems = load_connector(connector)
        "\n".join(map(str, problems))
        yield time.process_time() - began, f"connector file {name}"
    for name, content in {**KNOWN, **dict(spoilt_files(FIELD_MAP, 300))}.items():
        field_map.write_bytes(content)
        began = time.process_time()
        try:
            load_field_map(field_map, "NWIND")
        except FieldMapError as error:
            str(error)
        yield time.process_time() - began, f"field map {name}"


if __name__ == "__main__":
    sys.exit(main())
