"""The files that say where the definitions are must say the same."""

import ast
import importlib.metadata
import re
import sys
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT


def read_toml(name: str) -> dict:
    return tomllib.loads((ROOT / name).read_text())


def test_dagster_and_dg_load_the_same_module_under_the_same_name():
    (entry,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    workspace, project = entry["python_module"], read_toml("dg.toml")["project"]
    assert workspace["module_name"] == project["code_location_target_module"]
    assert workspace["module_name"] == f"{project['root_module']}.definitions"
    assert workspace["location_name"] == project["code_location_name"] == "certain_eloqua"


def test_nothing_in_pyproject_takes_the_word_from_workspace_yaml():
    pyproject = read_toml("pyproject.toml")
    assert not {"dg", "dagster"} & pyproject["tool"].keys()


def test_the_package_that_is_installed_is_the_one_that_dagster_loads():
    pyproject = read_toml("pyproject.toml")
    root = read_toml("dg.toml")["project"]["root_module"]
    assert pyproject["project"]["name"].replace("-", "_") == root
    found = pyproject["tool"]["setuptools"]["packages"]["find"]["include"]
    assert found == [f"{root}*", "certain_eloqua_sandbox*"]
    assert pyproject["project"]["scripts"] == {"certain-eloqua": f"{root}.cli:main"}


def test_constraints_name_one_version_each_and_no_place_to_get_it_from():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        name, equals, version = line.partition("==")
        assert name, line
        assert equals, line
        assert version, line
        assert not set(" @/:") & set(line), line


def test_the_deployments_dagster_yaml_keeps_runs_of_one_lane_apart(dagster_home):
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        config = instance.get_concurrency_config()
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert instance.run_monitoring_enabled
    limits = config.run_queue_config.tag_concurrency_limits
    # The first is Dagster's own tag of every run for an event, the second ours of jobs of the account.
    assert [(one["key"], one["value"], one["limit"]) for one in limits] == [
        (key, {"applyLimitPerUniqueValue": True}, 1) for key in ("dagster/partition", "certain/run_lock")
    ]


def required(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """The distributions that an installation brings, by normalised name."""
    found: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        name, extras = waiting.pop()
        for line in importlib.metadata.requires(name) or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                continue
            other = canonicalize_name(requirement.name)
            if other not in found:
                found.add(other)
                waiting.append((other, tuple(requirement.extras)))
    return found


def imported(package: str) -> set[str]:
    """The top-level modules that a package's files import."""
    names = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names)


OPTIONAL = {"apprise"}
"""Modules of extras, imported only where a deployment has configured what needs them."""


def test_what_the_first_command_installs_is_all_that_product_and_sandbox_import():
    (extras,) = re.findall(r'run\) requirement="\.\[(.*)\]"', (ROOT / "bin" / "setup").read_text())
    there = required("certain-eloqua", tuple(extras.split(",")))
    owners = importlib.metadata.packages_distributions()
    for name in imported("certain_eloqua") | imported("certain_eloqua_sandbox"):
        if name.startswith("certain_eloqua") or name in OPTIONAL:
            continue
        assert there & {canonicalize_name(one) for one in owners[name]}, name
