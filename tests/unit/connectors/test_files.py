from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.files.loader import Catalogue, load_connector, load_connectors
from certain_eloqua.connectors.files.problems import Problem
from certain_eloqua.connectors.files.template import template
from certain_eloqua.domain.event import Event

GOOD = """\
kind: upsert_contacts
events: all
settings:
  registration_statuses: [Attended]
"""
EVENT = Event("A-1", "A", "NWIND", "Live", None, None, "UTC")


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(text: str | bytes, name: str = "tried.yaml") -> Path:
        path = tmp_path / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(dedent(text))
        return path

    return make


def the_problem(path: Path) -> Problem:
    connector, problems = load_connector(path)
    assert connector is None
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert problems[0].file == path
    return problems[0]


def test_a_good_file_is_a_connector(write: Any):
    path = write("""\
        kind: import_registrations
        description: Prospects are invited
        events: {status: [Live, On-Site]}
        email_for_job_notifications: team@example.com
        settings:
          contact_list_name: Summit Prospects
          profile_deduplication: eloqua_id
          attendee_type_code: DELEGATE
          registration_status: Invited
          overwrite_registration_status: false
          ending_page: 2
        schedule:
          first_run: event_start - 60 days
          last_run: event_end + 7 days
          every: week
          weekday: Monday
          at: 16:30
        """)
    connector, problems = load_connector(path)
    assert not problems
    assert connector is not None
    assert (connector.name, connector.kind.name) == ("tried", "import_registrations")
    assert connector.settings.ending_page == 2
    assert connector.selects(EVENT)
    assert connector.events_in_words == "events that are Live or On-Site"
    expected = "every week on Monday at 16:30, from event_start - 60 days to event_end + 7 days"
    assert str(connector.schedule) == expected


def test_one_broken_file_never_hides_the_others(write: Any, tmp_path: Path):
    write(GOOD, "good.yaml")
    write("kind: [", "broken.yaml")
    write("", "empty.yaml")
    write(b"\xff\xfe\x00", "binary.yml")
    write(GOOD, "also_good.yml")
    (tmp_path / "field_maps").mkdir()
    (tmp_path / "field_maps" / "NWIND.yaml").write_text("account: NWIND")
    (tmp_path / "notes.txt").write_text("not a connector")
    loaded = load_connectors(tmp_path)
    assert [one.name for one in loaded.connectors] == ["also_good", "good"]
    assert {problem.file.name for problem in loaded.problems} == {"broken.yaml", "empty.yaml", "binary.yml"}


def test_two_files_of_one_name_are_refused(write: Any, tmp_path: Path):
    write(GOOD, "twice.yaml")
    write(GOOD, "twice.yml")
    loaded = load_connectors(tmp_path)
    assert [one.name for one in loaded.connectors] == ["twice"]
    assert "twice.yaml already" in str(loaded.problems[0])


def test_a_missing_folder_is_said(tmp_path: Path):
    loaded = load_connectors(tmp_path / "nowhere")
    assert loaded == Catalogue((), loaded.problems)
    assert str(loaded.problems[0]) == f"{tmp_path / 'nowhere'}: there is no such folder of connector files."


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path):
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (problem,) = load_connectors(tmp_path).problems
    assert problem.file.name == "gone.yaml"
    assert "a link to" in problem.message
    assert "which does not exist" in problem.message


KIND_LINE = "kind: upsert_contacts\nevents: all\n"
SETTINGS = "settings: {registration_statuses: [A]}\n"
EVENTS = ("all", "a list of event codes", "{status: Live}")
UPSERT_KIND = "kind: upsert_contacts\n"
KINDS_ALLOWED = tuple(KINDS)
UPSERT = tuple(KINDS["upsert_contacts"].settings.model_fields)
KEYS = ("kind", "description", "events", "email_for_job_notifications", "settings", "schedule")


@pytest.mark.parametrize(
    ("text", "line", "field", "message", "allowed", "nearest"),
    [
        ("events: all\nkind: upsert\n", 2, "kind", "'upsert' is not a kind", KINDS_ALLOWED, None),
        ("kind: upsert_contact\n", 1, "kind", "is not a kind", KINDS_ALLOWED, "upsert_contacts"),
        ("description: x\n", 1, "kind", "is missing", KINDS_ALLOWED, None),
        (KIND_LINE + "setings: {}\n" + SETTINGS, 3, "setings", "`setings` is not known", KEYS, "settings"),
        (KIND_LINE, 1, "settings.registration_statuses", "is missing", ("a list of texts",), None),
        (
            KIND_LINE + "settings:\n  registration_statuses: [A]\n  take_over_sorce: true\n",
            5,
            "settings.take_over_sorce",
            "`take_over_sorce` is not a setting of this kind",
            UPSERT,
            "take_over_source",
        ),
        (
            KIND_LINE + "settings:\n  registration_statuses:\n  - A\n  - 7\n",
            6,
            "settings.registration_statuses[1]",
            "7 is not allowed",
            ("a list of texts",),
            None,
        ),
        (
            KIND_LINE + "settings:\n  registration_statuses: [A]\n  refresh_all: yes\n",
            5,
            "settings.refresh_all",
            "'yes' is not allowed",
            ("true", "false"),
            None,
        ),
        (
            KIND_LINE + "settings:\n  registration_statuses: [A]\n  lookup_limit: -1\n",
            5,
            "settings.lookup_limit",
            "-1 is not allowed: it should be greater than or equal to 0",
            ("a whole number from 0 to 10,000",),
            None,
        ),
        (KIND_LINE + "events: [A]\n" + SETTINGS, 3, "events", "the first is in line 2", (), None),
        (
            "kind: upsert_contacts\n" + SETTINGS,
            1,
            "events",
            "is missing",
            EVENTS,
            None,
        ),
        (
            UPSERT_KIND + "events: {statuss: Live}\n" + SETTINGS,
            2,
            "events.statuss",
            "cannot be chosen",
            ("status",),
            "status",
        ),
        (UPSERT_KIND + "events: SUMMIT\n" + SETTINGS, 2, "events", "[SUMMIT]", EVENTS, None),
        (
            UPSERT_KIND + "events: [A, NW SUMMIT]\n" + SETTINGS,
            2,
            "events[1]",
            "'NW SUMMIT' cannot be an event code",
            ("letters", "digits", "`_`", "`.`", "`-`"),
            None,
        ),
        (
            KIND_LINE + "settings: {registration_statuses: []}\n",
            3,
            "settings.registration_statuses",
            "[] is not allowed: it should have at least 1 value",
            ("a list of texts",),
            None,
        ),
        (UPSERT_KIND + "events: [A, true]\n" + SETTINGS, 2, "events[1]", "True is not", EVENTS, None),
        (
            KIND_LINE + SETTINGS + "email_for_job_notifications: me@home\n",
            4,
            "email_for_job_notifications",
            "not an e-mail address",
            ("name@example.com",),
            None,
        ),
        ("- kind: upsert_contacts\n", 1, None, "not a list of `key: value`", KEYS, None),
        ("", 1, None, "the file is empty", KEYS, None),
        ("kind: upsert_contacts\n\tevents: all\n", 2, None, "a tab indents this line", (), None),
        ("kind: x: y\n", 1, None, "this is not YAML", (), None),
        ("kind: upsert_contacts\n---\nkind: upsert_contacts\n", 2, None, "a second document", (), None),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_field_what_is_allowed_and_what_was_meant(
    write: Any, text: str, line: int, field: str | None, message: str, allowed: Any, nearest: str | None
):
    problem = the_problem(write(text))
    assert (problem.line, problem.field, problem.nearest) == (line, field, nearest)
    assert message in problem.message
    assert problem.allowed == allowed
    words = str(problem)
    assert f"tried.yaml:{line}: " in words
    assert nearest is None or f"Did you mean `{nearest}`?" in words


def test_a_choice_has_its_nearest_match(write: Any):
    problem = the_problem(
        write("""\
        kind: import_profiles
        settings:
          contact_list_name: L
          profile_deduplication: elqua_id
        """)
    )
    assert (problem.line, problem.allowed, problem.nearest) == (4, ("email", "eloqua_id"), "eloqua_id")


def test_an_account_level_kind_has_no_events(write: Any):
    problem = the_problem(
        write("""\
        kind: import_profiles
        events: all
        settings: {contact_list_name: L, profile_deduplication: email}
        """)
    )
    assert (problem.line, problem.field) == (2, "events")


def test_pages_the_wrong_way_round_are_refused(write: Any):
    problem = the_problem(
        write("""\
        kind: import_profiles
        settings: {contact_list_name: L, profile_deduplication: email, starting_page: 3, ending_page: 2}
        """)
    )
    assert problem.field == "settings.ending_page"
    assert "the last page is before the first (3)" in problem.message


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("My List.yaml", "my_list.yaml"),
        ("2026.yaml", "c_2026.yaml"),
        ("a-b.yml", "a_b.yml"),
        ("certain.yaml", None),
    ],
)
def test_a_file_name_that_cannot_be_a_connectors_name_is_refused(write: Any, name: str, nearest: str | None):
    assert the_problem(write(GOOD, name)).nearest == nearest


def test_words_that_yaml_takes_for_booleans_stay_words(write: Any):
    path = write("""\
        kind: import_registrations
        events: [NO, 2026]
        settings:
          contact_list_name: on
          profile_deduplication: email
          attendee_type_code: "007"
          registration_status: NO
          overwrite_registration_status: true
        """)
    connector, problems = load_connector(path)
    assert not problems
    assert connector is not None
    assert connector.events is not None
    assert connector.events.codes == ("NO", "2026")
    assert connector.settings.contact_list_name == "on"


SCHEDULE = """\
kind: {kind}
{events}settings: {settings}
schedule:
  first_run: {first}
  last_run: {last}
  every: {every}
"""


def scheduled(first: str, last: str, every: str, kind: str = "upsert_contacts") -> str:
    events = "events: all\n" if kind == "upsert_contacts" else ""
    settings = (
        "{registration_statuses: [A]}" if events else "{contact_list_name: L, profile_deduplication: email}"
    )
    return SCHEDULE.format(kind=kind, events=events, settings=settings, first=first, last=last, every=every)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("event_start - 3 days", "event_end + 7 days"),
        ("event_end - 30 days", "event_start + 0 days"),
        ("created + 0 days", "2026-06-10"),
        ("2026-06-01", "2026-06-01"),
        ("event_start-1 day", "event_start"),
    ],
)
def test_first_and_last_run_can_be_said_in_four_ways(write: Any, first: str, last: str):
    connector, problems = load_connector(write(scheduled(first, last, "hour\n  minute: 0")))
    assert not problems
    assert connector is not None
    assert connector.schedule is not None
    assert connector.schedule.every == "hour"


@pytest.mark.parametrize(
    ("first", "last", "every", "line", "field", "message"),
    [
        ("2026-06-02", "2026-06-01", "hour\n  minute: 5", 6, "last_run", "before the first"),
        ("event_start + 2 days", "event_start", "hour\n  minute: 5", 6, "last_run", "before the first"),
        ("event_begin - 2 days", "event_start", "hour\n  minute: 5", 5, "first_run", "is not understood"),
        ("2026-02-30", "2026-06-01", "hour\n  minute: 5", 5, "first_run", "is not understood"),
        ("created - 2 days", "2026-06-01", "hour\n  minute: 5", 5, "first_run", "before it was created"),
        ("2026-06-01", "2026-06-02", "hour\n  minute: 60", 8, "minute", "60 is not allowed"),
        ("2026-06-01", "2026-06-02", "day\n  at: 24:00", 8, "at", "'24:00' is not allowed"),
        ("2026-06-01", "2026-06-02", "week\n  at: 10:00\n  weekday: Munday", 9, "weekday", "'Munday' is"),
        ("2026-06-01", "2026-06-02", "month\n  at: 10:00\n  day: 32", 9, "day", "32 is not allowed"),
        ("2026-06-01", "2026-06-02", "day\n  at: 10:00\n  minute: 5", 9, "minute", "does not go with every"),
        ("2026-06-01", "2026-06-02", "day", 4, "at", "is missing"),
        ("2026-06-01", "2026-06-02", "day\n  at: 10:00\n  timezone: Berlin", 9, "timezone", "a time zone"),
        ("2026-06-01", "2026-06-02", "day\n  at: 10:00\n  created: soon", 9, "created", "not a date"),
        ("2026-06-01", "2026-06-02", "day\n  time: 10:00", 8, "time", "not a key of a schedule"),
        ("2026-06-01", "2026-06-02", "year", 7, "every", "'year' is not allowed"),
    ],
)  # fmt: skip
def test_a_schedule_is_checked(
    write: Any, first: str, last: str, every: str, line: int, field: str, message: str
):
    problem = the_problem(write(scheduled(first, last, every)))
    assert (problem.line, problem.field) == (line, f"schedule.{field}")
    assert message in problem.message


def test_a_misspelt_zone_is_proposed_and_a_field_shows_what_it_may_hold(write: Any):
    problem = the_problem(write(scheduled("2026-06-01", "2026-06-02", "day\n  at: 9:00")))
    assert problem.allowed == ("00:00 to 23:59",)
    zone = "day\n  at: 10:00\n  timezone: Europe/Berln"
    problem = the_problem(write(scheduled("2026-06-01", "2026-06-02", zone), "zone.yaml"))
    assert problem.nearest == "Europe/Berlin"


def test_an_account_level_schedule_has_no_event(write: Any):
    text = scheduled("event_start - 1 days", "2026-06-01", "hour\n  minute: 5", "import_profiles")
    problem = the_problem(write(text))
    assert problem.allowed == ("created + 0 days", "2026-06-01")


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_valid_and_names_every_setting(write: Any, kind: str):
    text = template(kind)
    connector, problems = load_connector(write(text))
    assert not problems
    assert connector is not None
    for name, field in KINDS[kind].settings.model_fields.items():
        assert f"{name}:" in text
        assert field.description
    bare = "\n".join(line.replace("# ", "", 1) if _is_yaml(line) else line for line in text.splitlines())
    connector, problems = load_connector(write(bare, "uncommented.yaml"))
    assert not problems, bare


def _is_yaml(line: str) -> bool:
    """Whether a commented line of a template is a setting put out of use, and not prose."""
    words = line.strip().removeprefix("#").strip()
    first = words.split(":")[0]
    return (
        ":" in words
        and " " not in first
        and not first.startswith("yaml-")
        and line.lstrip().startswith("#")
        and first.islower()
    )


def test_events_are_selected_by_code_and_only_those_that_can_be_partitions(write):
    connector, _ = load_connector(
        write("kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: [New]}\n")
    )
    assert connector is not None
    events = [replace(EVENT, code=code) for code in ("B", "A,B", "A", "..")]
    assert [one.code for one in connector.selected(events)] == ["A", "B"]
    assert not connector.selects(events[1])


def test_the_shipped_examples_are_valid():
    loaded = load_connectors(Path(__file__).resolve().parents[3] / "connectors")
    assert not loaded.problems
    assert {one.kind.name for one in loaded} == set(KINDS)
