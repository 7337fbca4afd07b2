"""A connector file that cannot be used is seen from the moment the definitions load."""

import logging
import shutil
from pathlib import Path

import dagster as dg
import pytest

from certain_eloqua.definitions import build_defs
from tests.conftest import ROOT

BROKEN = "kind: upsert_contact\nevents: all\nsettings: {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "connectors", tmp_path / "connectors")
    return tmp_path / "connectors"


def sensor_of(defs: dg.Definitions) -> dg.SensorDefinition:
    return defs.resolve_sensor_def("connector_files")


def test_a_placeholder_names_file_line_field_and_remedy(folder: Path):
    (folder / "broken.yaml").write_text(BROKEN)
    graph = build_defs(folder).resolve_asset_graph()
    node = graph.get(dg.AssetKey(["broken", "cannot_be_used"]))
    assert node.group_name == "broken"
    for part in ("broken.yaml:1", "kind", "Did you mean `upsert_contacts`?", "reload the code location"):
        assert part in node.description
    assert dg.AssetKey(["attendees_to_eloqua", "plan"]) in graph.get_all_asset_keys()


def test_materializing_the_placeholder_fails_with_the_same_words(folder: Path):
    (folder / "broken.yaml").write_text(BROKEN)
    defs = build_defs(folder)
    job = defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey(["broken", "cannot_be_used"])], raise_on_error=False
    )
    (failure,) = result.get_step_failure_events()
    assert "broken.yaml:1: kind: 'upsert_contact'" in failure.step_failure_data.user_failure_data.description


@pytest.mark.parametrize("name", ["Bad Name.yaml", "certain.yaml", "émile.yml", "..yaml"])
def test_a_file_whose_name_nothing_could_have_has_a_placeholder_too(folder: Path, name: str):
    (folder / name).write_text(BROKEN)
    graph = build_defs(folder).resolve_asset_graph()
    broken = [key for key in graph.get_all_asset_keys() if key.path[-1] == "cannot_be_used"]
    assert len(broken) == (0 if name.startswith(".") else 1)


def test_loading_warns_once_for_every_problem(folder: Path, caplog: pytest.LogCaptureFixture):
    (folder / "broken.yaml").write_text(BROKEN)
    with caplog.at_level(logging.WARNING, "dagster.certain_eloqua"):
        build_defs(folder)
    messages = [record.message for record in caplog.records]
    assert len(messages) == 2
    assert "broken.yaml:1" in messages[0]
    others = len(list(folder.glob("*.yaml"))) - 1
    assert f"{others} connectors work" in messages[1]


def test_the_check_is_evaluated_without_anyone_asking_and_again_when_the_problems_change(folder: Path):
    (folder / "broken.yaml").write_text(BROKEN)
    broken = sensor_of(build_defs(folder))
    assert broken.default_status is dg.DefaultSensorStatus.RUNNING
    first = broken.evaluate_tick(dg.build_sensor_context())
    (evaluation,) = first.asset_events
    assert not evaluation.passed
    assert "broken.yaml:1" in evaluation.description
    again = broken.evaluate_tick(dg.build_sensor_context(cursor=first.cursor))
    assert again.asset_events == []
    assert "have not changed" in again.skip_message
    (folder / "broken.yaml").unlink()
    corrected = sensor_of(build_defs(folder)).evaluate_tick(dg.build_sensor_context(cursor=first.cursor))
    (evaluation,) = corrected.asset_events
    assert evaluation.passed
