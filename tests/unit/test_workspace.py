"""The files that say where the definitions are must say the same."""

import tomllib

import yaml

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
