"""A connector file that cannot be used, as whoever opens the UI sees it, without running anything."""

import shutil

import pytest

from tests.browser.conftest import DagsterServer, Page, Sandbox, running_dagster, show
from tests.conftest import ROOT
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
EVALUATED_WITHIN = 300.0
EXECUTIONS = """query{assetCheckExecutions(assetKey:{path:["standing","connector_files"]},
  checkName:"all_can_be_used",limit:1){status evaluation{success description}}}"""


@pytest.fixture(scope="module")
def with_a_broken_file(sandbox_server, tmp_path_factory):
    Sandbox(sandbox_server).control("POST", "/reset")
    home = tmp_path_factory.mktemp("broken")
    folder = home / "connectors"
    shutil.copytree(ROOT / "connectors", folder)
    (folder / "broken.yaml").write_text("kind: upsert_contact\nevents: all\nsettings: {}\n")
    with running_dagster(sandbox_server, home, CERTAIN_ELOQUA_CONNECTORS=str(folder)) as server:
        yield server, home / "dev.log"


def test_the_log_of_the_ui_warns_of_it(with_a_broken_file):
    _, log = with_a_broken_file
    text = log.read_text()
    assert "A connector file cannot be used" in text
    assert "broken.yaml:1: kind: 'upsert_contact' is not a kind of connector" in text


def test_the_graph_has_a_placeholder_that_says_what_is_wrong(with_a_broken_file, page: Page):
    server, _ = with_a_broken_file
    show(page, server.page("assets/broken/cannot_be_used"), "Did you mean", name="broken-connector")
    show(page, server.page("asset-groups"), "broken", name="broken-in-the-graph")


def test_the_standing_check_fails_without_anyone_asking(with_a_broken_file, page: Page):
    server, _ = with_a_broken_file
    evaluation = evaluated(server)
    assert not evaluation["success"]
    assert "broken.yaml:1" in evaluation["description"]
    show(
        page,
        server.page("assets/standing/connector_files?view=checks"),
        "all_can_be_used",
        "broken.yaml",
        name="broken-check",
    )


def evaluated(server: DagsterServer) -> dict:
    """The check's evaluation, as soon as the daemon's sensor has reported it."""

    def evaluation() -> dict | None:
        found = server.ask(EXECUTIONS)["assetCheckExecutions"]
        return found[0]["evaluation"] if found else None

    found: dict = until(evaluation, "the check was not evaluated", EVALUATED_WITHIN)
    return found
