"""The shape of the definitions, kept as text: what appears, disappears or is wired otherwise is seen in
review.

After a change that is meant: `UPDATE_SNAPSHOT=1 pytest tests/unit/dagster/test_definitions.py`.
"""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from certain_eloqua.definitions import build_defs
from certain_eloqua.partitions import is_partition_key
from tests.conftest import ROOT

SNAPSHOT = Path(__file__).with_name("definitions.txt")


@pytest.fixture(scope="module")
def definitions():
    return build_defs(ROOT / "connectors")


def described(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        by = " by event" if node.partitions_def is not None else ""
        lines.append(
            f"asset {key.to_user_string()}{by}  [{node.group_name}; {', '.join(sorted(node.kinds))}]"
        )
        lines += [f"    from {parent.to_user_string()}" for parent in sorted(node.parent_keys)]
        for check in sorted(graph.get_check_keys_for_assets({key}), key=str):
            blocking = " (blocking)" if graph.get(check).blocking else ""
            lines.append(f"    check {check.name}{blocking}")
    for job in sorted(definitions.resolve_all_job_defs(), key=lambda job: job.name):
        if job.name.startswith("__"):
            continue
        by = " by event" if job.partitions_def is not None else ""
        lines.append(f"job {job.name}{by}")
        lines += [f"    runs {key.to_user_string()}" for key in sorted(job.asset_layer.executable_asset_keys)]
        lines += [f"    tag {name}={value}" for name, value in sorted(job.tags.items())]
    repository = definitions.get_repository_def()
    for sensor in repository.sensor_defs:
        lines.append(f"sensor {sensor.name}  {sensor.default_status.value}")
    for schedule in repository.schedule_defs:
        lines.append(f"schedule {schedule.name}  {schedule.cron_schedule}  {schedule.default_status.value}")
    return "\n".join(lines) + "\n"


def test_the_definitions_are_as_they_were(definitions):
    now = described(definitions)
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(now)
    assert now == SNAPSHOT.read_text(), "meant? then UPDATE_SNAPSHOT=1"


def test_everything_can_be_loaded(definitions):
    dg.Definitions.validate_loadable(definitions)


def test_every_asset_check_and_job_says_what_it_is(definitions):
    graph = definitions.resolve_asset_graph()
    assert [key for key in graph.get_all_asset_keys() if not graph.get(key).description] == []
    assert [key for key in graph.asset_check_keys if not graph.get(key).description] == []
    jobs = [job for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")]
    assert [job.name for job in jobs if not job.description] == []


def test_the_launchpad_offers_a_connectors_settings_as_its_file_has_them(definitions):
    job = definitions.resolve_job_def("summit_prospects")
    config = job.partitioned_config.get_run_config_for_partition_key("ANY")
    form = config["resources"]["summit_prospects_settings"]["config"]
    assert form["contact_list_name"] == "Summit Prospects"
    with pytest.raises(dg.DagsterInvalidConfigError, match="contact_list_nam"):
        dg.validate_run_config(
            job, {"resources": {"summit_prospects_settings": {"config": {"contact_list_nam": "x"}}}}
        )
    wrong = {"profile_deduplication": "phone"}
    with pytest.raises(dg.DagsterInvalidConfigError, match="Literal"):
        dg.validate_run_config(job, {"resources": {"summit_prospects_settings": {"config": wrong}}})


def test_a_launchpad_offers_the_settings_of_the_job_and_of_no_other_connector(definitions):
    everything = definitions.resolve_implicit_global_asset_job_def()
    names = {name for name in everything.resource_defs if name.endswith("_settings")}
    assert len(names) > 2
    for name in names:
        connector = name.removesuffix("_settings")
        offered = definitions.resolve_job_def(connector).resource_defs
        assert {one for one in offered if one.endswith("_settings")} == {name}
        single = everything.get_subset(asset_selection={dg.AssetKey([connector, "plan"])})
        assert {one for one in single.get_required_resource_defs() if one.endswith("_settings")} == {name}


def test_runs_for_the_account_have_a_lane_and_those_for_an_event_have_its_partition(definitions):
    job = definitions.resolve_job_def("summit_prospects")
    tags = {**job.tags, **job.partitioned_config.get_tags_for_partition_key("NWSUMMIT27")}
    assert "certain/run_lock" not in tags
    assert (
        definitions.resolve_job_def("newsletter_profiles").tags["certain/run_lock"]
        == "newsletter_profiles:account"
    )


def test_loading_needs_no_settings_and_touches_no_network():
    """Settings that nobody could use are no hindrance to loading; a socket would be."""
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "import certain_eloqua.definitions\n"
    )
    environment = {
        **os.environ,
        "ELOQUA_PAGE_SIZE": "lots",
        "CERTAIN_BASE_URL": "nonsense",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("code", ["NWSUMMIT27", "a.b-c_d", "2027", "x" * 100])
def test_a_code_that_can_be_a_partition(code):
    assert is_partition_key(code)


@pytest.mark.parametrize("code", ["", "a b", "a/b", "A|B", "A,B", "a...b", ".", "..", "x" * 101, "é", "a\n"])
def test_a_code_that_cannot_be_a_partition(code):
    assert not is_partition_key(code)
