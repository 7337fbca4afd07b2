"""The rooms of the package and the way imports may point (docs/architecture.md)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

PACKAGE = "certain_eloqua"

# Lower rooms: plain Python. Each names the rooms it may look into besides itself.
PLAIN = {
    "domain": set(),
    "memory": set(),
    "mapping": {"domain"},
    "ledger": {"domain"},
    "clients": {"domain", "settings"},
    "notify": {"domain"},
    "connectors": {"mapping", "ledger", "clients", "domain", "memory"},
    "settings": set(),
}
# Upper rooms: Dagster lives here. They stand side by side on all of the plain ones.
UPPER = {
    "partitions": {"domain"},
    "failures": {*PLAIN},
    "resources": {*PLAIN, "partitions", "failures"},
    "assets": {*PLAIN, "partitions", "failures"},
    "checks": {*PLAIN, "partitions", "failures"},
    "schedules": {*PLAIN, "partitions", "failures"},
    "sensors": {*PLAIN, "partitions", "failures"},
}
SANDBOX = "certain_eloqua_sandbox"
"""The sandbox is a package of its own: it imports none of ours, and only the command line starts it."""
TOP = {
    "definitions": {*PLAIN, *UPPER},
    "cli": {*PLAIN, *UPPER, "definitions"},
}
MAY_IMPORT = {**PLAIN, **UPPER, **TOP}
MAY_USE_DAGSTER = {*UPPER, *TOP}


class Import(NamedTuple):
    """One name that one file imports, as written from the top: `certain_eloqua.domain.people`."""

    file: Path
    line: int
    module: str

    @property
    def importer(self) -> str:
        return room(".".join(self.file.relative_to(ROOT).with_suffix("").parts))

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def room(module: str) -> str:
    """The first name below the package; the package itself (its __init__) is no room."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__init__" else ""


def imports_of(file: Path) -> Iterator[Import]:
    package = [*file.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(), filename=str(file))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(file, node.lineno, name.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import x` may mean a module x as well as a name in the package's __init__.
            for name in node.names:
                yield Import(file, node.lineno, f"{origin}.{name.name}")


FILES = sorted((ROOT / PACKAGE).rglob("*.py"))
IMPORTS = [found for file in FILES for found in imports_of(file)]
OURS = [found for found in IMPORTS if found.module.split(".")[0] == PACKAGE]


def refuse(wrong: list[Import]) -> None:
    assert not wrong, "\n".join(["", *map(str, wrong)])


def test_every_room_is_on_the_plan():
    rooms = {room(".".join(file.relative_to(ROOT).with_suffix("").parts)) for file in FILES} - {""}
    assert rooms - MAY_IMPORT.keys() == set(), (
        "say in this test, and in docs/architecture.md, where it stands"
    )


def test_imports_point_down_and_never_sideways():
    refuse(
        [
            found
            for found in OURS
            if found.importer and room(found.module) not in MAY_IMPORT[found.importer] | {found.importer, ""}
        ]
    )


def test_the_package_itself_imports_nothing_but_the_standard_library():
    refuse([found for found in IMPORTS if not found.importer and found.module not in sys.stdlib_module_names])


def test_dagster_stays_in_the_upper_rooms():
    refuse(
        [
            found
            for found in IMPORTS
            if found.importer not in MAY_USE_DAGSTER
            and (found.module + ".").startswith(("dagster.", "dagster_"))
        ]
    )


def test_the_sandbox_and_the_product_share_no_code():
    sandbox = [found for file in sorted((ROOT / SANDBOX).rglob("*.py")) for found in imports_of(file)]
    assert sandbox
    refuse([found for found in sandbox if found.module.split(".")[0] == PACKAGE])
    refuse([f for f in IMPORTS if f.module.split(".")[0] == SANDBOX and f.importer != "cli"])


def test_nobody_reaches_into_dagsters_private_modules():
    refuse(
        [
            found
            for found in IMPORTS
            if found.module.startswith("dagster")
            and any(part.startswith("_") for part in found.module.split("."))
        ]
    )


def test_the_domain_needs_the_standard_library_only():
    refuse(
        [
            found
            for found in IMPORTS
            if found.importer == "domain"
            and found.module.split(".")[0] not in {*sys.stdlib_module_names, PACKAGE}
        ]
    )


def test_the_clients_of_two_platforms_do_not_know_each_other():
    platforms = {
        path.name for path in (ROOT / PACKAGE / "clients").iterdir() if (path / "__init__.py").exists()
    }
    assert len(platforms) >= 2

    def platform(parts: tuple[str, ...] | list[str]) -> str | None:
        return parts[2] if len(parts) > 2 and parts[1] == "clients" and parts[2] in platforms else None

    wrong = []
    for found in OURS:
        here = platform(found.file.relative_to(ROOT).with_suffix("").parts)
        there = platform(found.module.split("."))
        if here and there and here != there:
            wrong.append(found)
    refuse(wrong)


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import certain_eloqua.ledger.tables", "certain_eloqua.ledger.tables"),
        ("from certain_eloqua import ledger", "certain_eloqua.ledger"),
        ("from ..ledger import tables", "certain_eloqua.ledger.tables"),
        ("from .. import ledger", "certain_eloqua.ledger"),
        ("def late():\n    from certain_eloqua.ledger import tables", "certain_eloqua.ledger.tables"),
    ],
)
def test_an_import_is_seen_however_it_is_written(monkeypatch, tmp_path, source, module):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    file = tmp_path / PACKAGE / "clients" / "http.py"
    file.parent.mkdir(parents=True)
    file.write_text(source)
    (found,) = imports_of(file)
    assert (found.importer, found.module, room(found.module)) == ("clients", module, "ledger")


# -- circles, and the packages inside connectors


def modules() -> dict[str, set[str]]:
    """Which module imports which, also where only types need it. A package stands for its __init__."""
    names = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in FILES
    }
    graph: dict[str, set[str]] = {name: set() for name in names}
    for found in OURS:
        here = ".".join(found.file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        there = found.module if found.module in names else found.module.rpartition(".")[0]
        if there in names and there != here:
            graph[here].add(there)
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a circle."""
    return [sorted(group) for group in strongly_connected(graph) if len(group) > 1]


def strongly_connected(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """Tarjan's algorithm, without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(graph[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = set()
                    while node not in group:
                        group.add(stack.pop())
                    yield group
            elif target not in index:
                index[target] = low[target] = len(index)
                stack.append(target)
                work.append((target, iter(graph[target])))
            elif target in stack:
                low[node] = min(low[node], index[target])


def test_no_modules_import_each_other_in_a_circle():
    assert circles(modules()) == []


def test_a_circle_is_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert circles(graph) == [["a", "b", "c"]]


SHARED_BY_FAMILIES = {"contract", "delivery"}
# What each package of connectors may import from the others.
INSIDE_CONNECTORS = {"contract": set(), "delivery": {"contract"}, "files": {"contract", "catalogue"}}


def part_of_connectors(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "connectors" else None


def test_families_share_the_contract_and_the_engine_and_do_not_know_each_other():
    wrong = []
    for found in OURS:
        here = part_of_connectors(".".join(found.file.relative_to(ROOT).with_suffix("").parts))
        there = part_of_connectors(found.module)
        if here is None or there is None or there in (here, "__init__") or here == "catalogue":
            continue
        allowed = INSIDE_CONNECTORS.get(here, SHARED_BY_FAMILIES)
        if there not in allowed:
            wrong.append(found)
    refuse(wrong)
