"""The deployment's settings: defaults, refusals, secrets."""

import sys

import pytest
from pydantic import SecretStr

import certain_eloqua.settings as settings_module
from certain_eloqua.clients.eloqua.platform import login as eloqua_login
from certain_eloqua.ledger.errors import LedgerUnusable
from certain_eloqua.mapping import FieldMapError
from certain_eloqua.resources.field_map import account_field_map
from certain_eloqua.resources.frame_store import frame_store
from certain_eloqua.resources.ledger import open_ledger
from certain_eloqua.settings import SANDBOX_URL, VARIABLES, Settings, SettingsError, connectors_folder
from tests.conftest import ROOT

REAL = {
    "ELOQUA_BASE_URL": "https://secure.p03.eloqua.com",
    "ELOQUA_COMPANY": "Acme",
    "ELOQUA_USERNAME": "integration",
    "ELOQUA_PASSWORD": "hunter2hunter2",
    "CERTAIN_BASE_URL": "https://appname.certain.com",
    "CERTAIN_USERNAME": "api",
    "CERTAIN_PASSWORD": "correct horse",
    "CERTAIN_ACCOUNT_CODE": "ACME",
}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.read(environment)
    return str(caught.value)


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in REAL.items() if name not in names}


def test_with_nothing_set_everything_points_at_the_sandbox():
    settings = Settings.read({})
    assert settings.eloqua_base_url == settings.certain_base_url == SANDBOX_URL
    assert (settings.eloqua_company, settings.eloqua_username) == ("Sandbox", "demo")
    assert (settings.certain_username, settings.certain_account_code) == ("demo", "NWIND")
    assert settings.eloqua_password == settings.certain_password == SecretStr("demo")
    assert settings.uses_sandbox


def test_a_sandbox_at_another_port_needs_no_credentials():
    settings = Settings.read(
        {"ELOQUA_BASE_URL": "http://localhost:9", "CERTAIN_BASE_URL": "http://127.0.0.1:9"}
    )
    assert settings.uses_sandbox
    assert settings.eloqua_username == "demo"


def test_real_settings_are_read():
    settings = Settings.read(REAL)
    assert not settings.uses_sandbox
    assert settings.certain_account_code == "ACME"


@pytest.mark.parametrize("name", sorted(REAL))
def test_what_is_missing_for_a_real_account_is_named(name):
    assert name in refusal(without(name))


def test_a_real_side_is_never_joined_to_the_sandbox():
    message = refusal(without("CERTAIN_BASE_URL"))
    assert "CERTAIN_BASE_URL: is missing, while ELOQUA_BASE_URL names a real account" in message
    assert "ELOQUA_BASE_URL: is missing" in refusal(without("ELOQUA_BASE_URL"))


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("ELOQUA_PAGE_SIZE", "many", "integer"),
        ("ELOQUA_PAGE_SIZE", "50001", "less than or equal to 50000"),
        ("ELOQUA_BULK_FORMAT", "xml", "'csv' or 'json'"),
        ("ELOQUA_BASE_URL", "http://secure.p03.eloqua.com", "https://"),
        ("ELOQUA_BASE_URL", "pod.example.org", "must be an address"),
        ("CERTAIN_BASE_URL", "https://me:pw@appname.certain.com", "must not contain a user or password"),
        ("CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS", "0", "greater than 0"),
        ("SMTP_URL", "mail.example.com:587", "must be smtp://"),
        ("SMTP_URL", "smtp://user:secretword@mail.example.com:port", "must be smtp://"),
        ("SMTP_URL", "https://mail.example.com", "must be smtp://"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(name, value, result):
    message = refusal({**REAL, name: value})
    assert f"{name}: " in message
    assert result in message
    if len(value) > 5:
        assert value not in message


def test_all_that_is_wrong_is_told_at_once():
    message = refusal({**without("ELOQUA_PASSWORD"), "ELOQUA_PAGE_SIZE": "x", "CERTAIN_PAGE_SIZE": "y"})
    assert all(name in message for name in ("ELOQUA_PASSWORD", "ELOQUA_PAGE_SIZE", "CERTAIN_PAGE_SIZE"))


def test_secrets_are_in_no_text_of_the_settings():
    oauth = {
        "ELOQUA_CLIENT_ID": "app",
        "ELOQUA_CLIENT_SECRET": "s3cr3t-one",
        "ELOQUA_REFRESH_TOKEN": "s3cr3t-two",
    }
    urls = {
        "CERTAIN_ELOQUA_LEDGER_URL": "postgresql://u:s3cr3t-three@h/db",
        "SMTP_URL": "smtp://u:s3cr3t-four@h",
    }
    settings = Settings.read({**REAL, **oauth, **urls})
    shown = repr(settings) + str(settings) + settings.model_dump_json()
    assert "s3cr3t" not in shown
    assert "hunter2" not in shown
    assert "horse" not in shown


def test_oauth_needs_its_secret_and_a_token_but_no_user():
    message = refusal(
        {**without("ELOQUA_PASSWORD", "ELOQUA_USERNAME", "ELOQUA_COMPANY"), "ELOQUA_CLIENT_ID": "app"}
    )
    assert "ELOQUA_CLIENT_SECRET" in message
    assert "ELOQUA_REFRESH_TOKEN" in message
    assert "ELOQUA_USERNAME" not in message


def test_a_refresh_token_is_never_replaced_by_the_sandboxs_password():
    oauth = {"ELOQUA_CLIENT_ID": "app", "ELOQUA_CLIENT_SECRET": "s", "ELOQUA_REFRESH_TOKEN": "stale"}
    login = eloqua_login(Settings.read(oauth))
    assert login.refresh_token == "stale"
    assert login.password is None
    assert login.username is None
    assert "ELOQUA_CLIENT_ID: is missing" in refusal({"ELOQUA_REFRESH_TOKEN": "stale"})


@pytest.mark.parametrize("address", ["smtp://mail.example.com", "smtps://u:p@mail.example.com:465"])
def test_a_mail_server_is_taken(address):
    assert Settings.read({"SMTP_URL": address}).smtp_url == SecretStr(address)


def test_what_is_installed_keeps_its_things_in_the_working_directory(tmp_path, monkeypatch):
    installed = tmp_path / "site-packages" / "certain_eloqua" / "settings.py"
    monkeypatch.setattr(settings_module, "__file__", str(installed))
    monkeypatch.chdir(tmp_path)
    settings = Settings.read({})
    assert settings.connectors == connectors_folder({}) == tmp_path / "connectors"
    assert settings.home == tmp_path / ".dagster" / "certain_eloqua"


def test_a_checkout_keeps_its_things_wherever_it_is_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.read({}).connectors == connectors_folder({}) == ROOT / "connectors"


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("oracel://h/db", "oracel:// is no database we know"),
        ("postgresql+asyncpg://u:secretword@h/db", "write postgresql+psycopg2://"),
        ("nonsense secretword", "this is no address of a database"),
        ("sqlite:////proc/nowhere/ledger.sqlite", "the folder /proc/nowhere cannot be made"),
    ],
)
def test_a_ledger_that_cannot_be_opened_says_which_variable_and_what_is_wrong(url, result):
    with pytest.raises(LedgerUnusable) as caught:
        open_ledger(Settings.read({"CERTAIN_ELOQUA_LEDGER_URL": url}))
    assert str(caught.value).startswith("CERTAIN_ELOQUA_LEDGER_URL: ")
    assert result in str(caught.value)
    assert "secretword" not in str(caught.value)


def test_a_store_of_frames_that_is_not_installed_or_unknown_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(SettingsError, match=r"CERTAIN_ELOQUA_FRAMES: .*'certain-eloqua\[s3\]'"):
        frame_store(Settings.read({"CERTAIN_ELOQUA_FRAMES": "s3://bucket/frames"}))
    with pytest.raises(SettingsError, match="s4:// is no kind of store"):
        frame_store(Settings.read({"CERTAIN_ELOQUA_FRAMES": "s4://bucket/frames"}))


def test_a_folder_of_field_maps_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="CERTAIN_ELOQUA_FIELD_MAPS: there is no folder"):
        account_field_map(Settings.read({"CERTAIN_ELOQUA_FIELD_MAPS": str(tmp_path / "maps")}))
    assert account_field_map(Settings.read({"CERTAIN_ELOQUA_CONNECTORS": str(tmp_path)})).path is None


@pytest.mark.parametrize("name", ["nwind.yaml", "NWIND.yml", "NWIND.YAML"])
def test_a_field_map_of_nearly_the_right_name_is_not_passed_over(tmp_path, name):
    (tmp_path / name).write_text("account: NWIND\n")
    (tmp_path / "OTHER.yaml").write_text("account: OTHER\n")
    with pytest.raises(FieldMapError, match=r"must be named NWIND\.yaml"):
        account_field_map(Settings.read({"CERTAIN_ELOQUA_FIELD_MAPS": str(tmp_path)}))


def test_env_in_the_working_directory_beats_the_environment(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("CERTAIN_ACCOUNT_CODE=FROM-FILE\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CERTAIN_ACCOUNT_CODE", "FROM-ENVIRONMENT")
    assert Settings.read().certain_account_code == "FROM-FILE"


def test_places_default_to_the_dagster_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    settings = Settings.read({})
    assert settings.ledger_address == f"sqlite:///{tmp_path}/certain_eloqua/ledger.sqlite"
    assert settings.frames_address == f"{tmp_path}/certain_eloqua/frames"


def test_the_folder_of_connectors_is_known_without_the_other_settings(tmp_path):
    assert (
        connectors_folder({"CERTAIN_ELOQUA_CONNECTORS": str(tmp_path), "ELOQUA_PAGE_SIZE": "x"}) == tmp_path
    )


def test_every_variable_says_what_it_is():
    assert all(len(text) > 8 for text in VARIABLES.values())
