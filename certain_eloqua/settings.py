"""The deployment's settings: typed, read from the environment or `.env`, checked once.

With none of them everything points at the sandbox on this machine. Connectors are not settings: each is a
file of its own. A message names the variable, never its value.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

SANDBOX_URL = "http://127.0.0.1:8750"

# What the sandbox is seeded with. Used only for an address on this machine.
_DEMO = {
    "ELOQUA_COMPANY": "Sandbox",
    "ELOQUA_USERNAME": "demo",
    "ELOQUA_PASSWORD": "demo",
    "CERTAIN_USERNAME": "demo",
    "CERTAIN_PASSWORD": "demo",
    "CERTAIN_ACCOUNT_CODE": "NWIND",
}


def project() -> Path:
    """Where things are when no place is named: in our checkout; when installed, in the working directory."""
    above = Path(__file__).resolve().parents[1]
    return above if (above / "workspace.yaml").is_file() else Path.cwd()


class SettingsError(Exception):
    """One or more settings are missing or malformed. The message names each variable and what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(["The settings of this deployment are not usable:", *problems]))


def _variable(name: str, description: str, default: Any = ..., **checks: Any) -> Any:
    if callable(default):
        return Field(default_factory=default, alias=name, description=description, **checks)
    return Field(default, alias=name, description=description, **checks)


Budget = Annotated[int | None, Field(ge=1)]


class Settings(BaseModel):
    """Every setting, by its variable. `Settings.read()` is how one gets them."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=False, ignored_types=(cached_property,)
    )

    # -- Eloqua
    eloqua_base_url: str | None = _variable(
        "ELOQUA_BASE_URL", "Address of the account's pod, such as https://secure.p03.eloqua.com.", None
    )
    eloqua_login_url: str | None = _variable(
        "ELOQUA_LOGIN_URL", "Address of the login service; the pod is then asked for once per session.", None
    )
    eloqua_company: str = _variable(
        "ELOQUA_COMPANY", "Site name: the part of a login before the backslash.", ""
    )
    eloqua_username: str = _variable("ELOQUA_USERNAME", "The user: the part after the backslash.", "")
    eloqua_password: SecretStr = _variable("ELOQUA_PASSWORD", "The user's password.", SecretStr(""))
    eloqua_client_id: str | None = _variable(
        "ELOQUA_CLIENT_ID", "Client id of an Eloqua app, for OAuth 2.", None
    )
    eloqua_client_secret: SecretStr | None = _variable("ELOQUA_CLIENT_SECRET", "The client's secret.", None)
    eloqua_refresh_token: SecretStr | None = _variable(
        "ELOQUA_REFRESH_TOKEN", "The refresh token the app was given for the account.", None
    )
    eloqua_bulk_format: Literal["csv", "json"] = _variable(
        "ELOQUA_BULK_FORMAT", "How rows are read from the Bulk API: csv (fast) or json.", "csv"
    )
    eloqua_page_size: int = _variable(
        "ELOQUA_PAGE_SIZE", "Rows per page of a Bulk export, at most 50,000.", 50_000, ge=1, le=50_000
    )
    eloqua_call_budget: Budget = _variable(
        "ELOQUA_CALL_BUDGET",
        "Most Eloqua calls one run may make; it stops cleanly before. Empty: no limit.",
        None,
    )
    eloqua_sync_budget: Budget = _variable(
        "ELOQUA_SYNC_BUDGET", "Most Eloqua syncs one run may start. Empty: no limit.", None
    )

    # -- Certain
    certain_base_url: str | None = _variable(
        "CERTAIN_BASE_URL", "Address of the Certain installation, such as https://appname.certain.com.", None
    )
    certain_username: str = _variable("CERTAIN_USERNAME", "An API user.", "")
    certain_password: SecretStr = _variable("CERTAIN_PASSWORD", "The user's password.", SecretStr(""))
    certain_account_code: str = _variable(
        "CERTAIN_ACCOUNT_CODE", "Code of the account whose events are served.", ""
    )
    certain_page_size: int = _variable(
        "CERTAIN_PAGE_SIZE", "Records per page read from Certain.", 5000, ge=1, le=5000
    )
    certain_writers: int = _variable(
        "CERTAIN_WRITERS",
        "Most records written to Certain at the same time by one run. A run begins with five, writes more at "
        "once while Certain answers fast, and fewer when it asks for that (429, 503).",
        20,
        ge=1,
        le=32,
    )
    certain_call_budget: Budget = _variable(
        "CERTAIN_CALL_BUDGET", "Most Certain calls one run may make. Empty: no limit.", None
    )

    # -- where things are kept
    ledger_url: SecretStr | None = _variable(
        "CERTAIN_ELOQUA_LEDGER_URL",
        "Database of the ledger, as an SQLAlchemy URL. Default: an SQLite file.",
        None,
    )
    frames: str | None = _variable(
        "CERTAIN_ELOQUA_FRAMES",
        "Folder or fsspec address of the Parquet files. Default: a local folder.",
        None,
    )
    frames_keep: int = _variable(
        "CERTAIN_ELOQUA_FRAMES_KEEP", "Runs whose Parquet files are kept, per asset and event.", 20, ge=2
    )
    connectors: Path = _variable(
        "CERTAIN_ELOQUA_CONNECTORS", "Folder of the connector files.", lambda: project() / "connectors"
    )
    field_maps: Path | None = _variable(
        "CERTAIN_ELOQUA_FIELD_MAPS",
        "Folder of the field maps. Default: field_maps/ beside the connectors.",
        None,
    )

    # -- how runs behave
    max_plan_age_hours: float = _variable(
        "CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS", "A plan older than this is not delivered any more.", 24.0, gt=0
    )
    warn_skipped_percent: float = _variable(
        "CERTAIN_ELOQUA_WARN_SKIPPED_PERCENT",
        "A plan that leaves out more than this warns.",
        20.0,
        ge=0,
        le=100,
    )

    # -- messages about runs
    ui_url: str = _variable(
        "CERTAIN_ELOQUA_UI_URL",
        "Address of the Dagster UI, for links in messages.",
        "http://127.0.0.1:3000",
    )
    pages_url: str | None = _variable(
        "CERTAIN_ELOQUA_PAGES_URL",
        "Address at which `certain-eloqua pages` is reached, for links to reports in the UI. Empty: none.",
        None,
    )
    smtp_url: SecretStr | None = _variable("SMTP_URL", "Mail server for job notifications.", None)

    mail_from: str = _variable(
        "CERTAIN_ELOQUA_MAIL_FROM", "Sender of job notifications.", "certain-eloqua@localhost"
    )
    mail_when: Literal["failed", "failed or with errors"] = _variable(
        "CERTAIN_ELOQUA_MAIL_WHEN",
        "Runs that are reported: failed, or failed or with errors (records rejected or in doubt).",
        "failed",
    )
    mail_digest_hours: float = _variable(
        "CERTAIN_ELOQUA_MAIL_DIGEST_HOURS",
        "Collect the messages of so many hours into one mail per address. 0: a mail for each run.",
        0.0,
        ge=0,
        le=168,
    )
    notify_urls: SecretStr | None = _variable(
        "CERTAIN_ELOQUA_NOTIFY_URLS",
        "Apprise addresses of other channels, such as Slack, separated by blanks.",
        None,
    )

    @field_validator("ui_url", "pages_url")
    @classmethod
    def _is_the_address_of_a_page(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as https://dagster.example.com")
        return address.rstrip("/")

    @field_validator("eloqua_base_url", "eloqua_login_url", "certain_base_url")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as https://secure.p03.eloqua.com")
        if parts.username or parts.password:
            raise ValueError("must not contain a user or password; they have variables of their own")
        if parts.scheme == "http" and not is_this_machine(address):
            raise ValueError("must begin with https://, because a password travels with every request")
        return address.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, address: SecretStr | None) -> SecretStr | None:
        if address is None:
            return None
        parts = urlsplit(address.get_secret_value())
        try:
            usable = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number
            usable = False
        if not usable or parts.path.strip("/") or parts.query:
            raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
        return address

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this deployment; raises `SettingsError` naming everything that is wrong.

        Without an argument: the environment, and a `.env` in the working directory that beats it, as it
        does for the `dagster` and `dg` commands.
        """
        given = _from_here() if environment is None else environment
        values: dict[str, Any] = {
            name: given[name].strip() for name in VARIABLES if name in given and given[name].strip()
        }
        problems = list(_sandbox_defaults(values))
        try:
            settings = cls(**values)
        except ValidationError as error:
            problems += [
                f"  {fault['loc'][0]}: {_plain(fault)}" for fault in error.errors(include_input=False)
            ]
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def uses_sandbox(self) -> bool:
        """Whether both platforms are stand-ins on this machine."""
        return is_this_machine(self.eloqua_address) and is_this_machine(self.certain_address)

    @property
    def eloqua_address(self) -> str:
        return self.eloqua_base_url or self.eloqua_login_url or SANDBOX_URL

    @property
    def certain_address(self) -> str:
        return self.certain_base_url or SANDBOX_URL

    @property
    def home(self) -> Path:
        """Where we keep things when no place is named: inside the Dagster home."""
        return Path(os.environ.get("DAGSTER_HOME") or project() / ".dagster") / "certain_eloqua"

    @property
    def ledger_address(self) -> str:
        if self.ledger_url is not None:
            return self.ledger_url.get_secret_value()
        return f"sqlite:///{self.home / 'ledger.sqlite'}"

    @property
    def frames_address(self) -> str:
        return self.frames or str(self.home / "frames")

    @property
    def field_maps_folder(self) -> Path:
        return self.field_maps or self.connectors / "field_maps"


VARIABLES: dict[str, str] = {
    str(field.alias): field.description or "" for field in Settings.model_fields.values()
}
"""Every variable and what it means."""


def connectors_folder(environment: Mapping[str, str] | None = None) -> Path:
    """The one setting that loading the definitions needs, without checking the others."""
    given = _from_here() if environment is None else environment
    named = given.get("CERTAIN_ELOQUA_CONNECTORS", "").strip()
    return Path(named) if named else project() / "connectors"


def is_this_machine(address: str) -> bool:
    """Whether an address is a loopback one, so that nobody real can be behind it."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _from_here() -> dict[str, str]:
    from dotenv import dotenv_values

    file = Path.cwd() / ".env"
    written = {name: value for name, value in dotenv_values(file).items() if value} if file.is_file() else {}
    return {**os.environ, **written}


def _sandbox_defaults(values: dict[str, Any]) -> Iterator[str]:
    """Fill in the sandbox for a side that has no address; yield what keeps a real side from being used."""
    eloqua = values.get("ELOQUA_BASE_URL") or values.get("ELOQUA_LOGIN_URL")
    certain = values.get("CERTAIN_BASE_URL")
    real = {
        "Eloqua": not is_this_machine(eloqua or SANDBOX_URL),
        "Certain": not is_this_machine(certain or SANDBOX_URL),
    }
    both = "set both or neither"
    # People of the sandbox must never end in a real account, nor real people in a toy.
    if real["Eloqua"] and not certain:
        yield f"  CERTAIN_BASE_URL: is missing, while ELOQUA_BASE_URL names a real account; {both}"
    if real["Certain"] and not eloqua:
        yield f"  ELOQUA_BASE_URL: is missing, while CERTAIN_BASE_URL names a real account; {both}"
    if not eloqua:
        values["ELOQUA_BASE_URL"] = SANDBOX_URL
    values.setdefault("CERTAIN_BASE_URL", SANDBOX_URL)
    for name, demo in _DEMO.items():
        side = "Eloqua" if name.startswith("ELOQUA_") else "Certain"
        if not real[side]:
            # Who gives a token means it: if it is refused, nobody else's password may take its place.
            if side == "Certain" or "ELOQUA_REFRESH_TOKEN" not in values:
                values.setdefault(name, demo)
        elif name not in values and not (side == "Eloqua" and "ELOQUA_CLIENT_ID" in values):
            yield f"  {name}: is missing. {VARIABLES[name]}"
    if "ELOQUA_REFRESH_TOKEN" in values and "ELOQUA_CLIENT_ID" not in values:
        yield "  ELOQUA_CLIENT_ID: is missing; ELOQUA_REFRESH_TOKEN belongs to the client of an app"
    if "ELOQUA_CLIENT_ID" in values:
        for name in ("ELOQUA_CLIENT_SECRET", "ELOQUA_REFRESH_TOKEN"):
            if name not in values and not (name.endswith("TOKEN") and "ELOQUA_PASSWORD" in values):
                yield f"  {name}: is missing; ELOQUA_CLIENT_ID asks for OAuth 2, which needs it"


def _plain(fault: Any) -> str:
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}"
