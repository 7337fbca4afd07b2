"""A field map is tried on current data, used, and found again by its version."""

import json
import textwrap
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow

NEW_MAP = """\
    account: NWIND
    extends: default
    fields:
      - {constant: Event, eloqua: C_Lead_Source___Most_Recent1}
      - {certain: profileQuestions.Industry, eloqua: C_Industry1, direction: in}
    """


@pytest.fixture
def ours(kept) -> Callable[..., str]:
    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    return call


def test_a_changed_map_shows_its_effect_before_it_is_used(ours, kept):
    draft = kept.folder / "NWIND.yaml"
    draft.write_text(textwrap.dedent(NEW_MAP))
    assert "no delivery has used a field map yet" in ours("mapping", "diff", code=1)
    first = kept.job("attendees", EVENT)
    assert first.success, first.failure
    used = first.of("attendees/delivery")["field_map_version"]
    assert "0 changes" in ours("mapping", "diff")

    before = kept.writes()
    output = ours("mapping", "preview", "attendees", str(draft), "--event", EVENT)
    assert "+ 'Event' -> C_Lead_Source___Most_Recent1" in output
    assert " update" in output
    assert "put it in place of the account's field map" in output
    assert kept.writes() == before
    refused = ours("run", "attendees", "--event", EVENT, "--field-map", str(draft), code=2)
    assert "--field-map is for --dry-run" in refused

    (kept.connectors / "field_maps").mkdir()
    draft.rename(kept.connectors / "field_maps" / "NWIND.yaml")
    assert "2 changes from version " + used in ours("mapping", "diff", code=1)
    again = kept.job("attendees", EVENT)
    assert again.success, again.failure
    made = again.of("attendees/delivery")
    assert made["field_map_version"] != used
    assert made["field_map_from"] == "NWIND.yaml"
    delivery = kept.frames.frame(("attendees", "delivery"), EVENT)
    assert set(delivery["outcome"]) <= {"updated", "skipped"}
    person = kept.platforms.contact(delivery.loc[delivery["outcome"] == "updated", "email"].iloc[0])
    assert "Event" in str(person)
    shown = json.loads(ours("mapping", "show", "--json"))
    assert [use["version"] for use in shown["used_by"]] == [made["field_map_version"], used]
    (constant,) = [pair for pair in shown["pairs"] if pair["constant"]]
    assert "Event" in constant["options"]
    assert "2 changes" in ours("mapping", "diff", used[:6], code=1)


def test_the_check_asks_both_platforms(ours, kept):
    wrong = kept.folder / "wrong.yaml"
    wrong.write_text(
        textwrap.dedent(NEW_MAP)
        .replace("constant: Event", "constant: Evant")
        .replace("Industry,", "Indusry,")
    )
    output = ours("mapping", "check", "--field-map", str(wrong), code=1)
    assert "WRONG  'Evant' <-> C_Lead_Source___Most_Recent1: 'Evant' is not among its options" in output
    assert "no profile that was looked at has an answer to the question 'Indusry'" in output
    assert "WRONG" not in ours("mapping", "check")


def test_other_credentials_never_touch_the_map(ours, kept, monkeypatch: pytest.MonkeyPatch):
    (kept.connectors / "field_maps").mkdir()
    path = kept.connectors / "field_maps" / "NWIND.yaml"
    path.write_text(textwrap.dedent(NEW_MAP))
    shown = json.loads(ours("mapping", "show", "--offline", "--json"))
    monkeypatch.setenv("ELOQUA_PASSWORD", "another")
    output = ours("mapping", "show")
    assert "Eloqua could not be asked for types and options" in output
    assert f"{len(shown['pairs'])} pairs, version {shown['version']}, from NWIND.yaml" in output
    assert path.read_text() == textwrap.dedent(NEW_MAP)
