"""A user of the Bulk API: the calls every test makes, with plain requests."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.conftest import Sandbox

EMAIL = "{{Contact.Field(C_EmailAddress)}}"
FIRST = "{{Contact.Field(C_FirstName)}}"


@dataclass
class Bulk:
    """One user's session with the Bulk API."""

    sandbox: Sandbox
    user: str = "demo"
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.auth = (f"Sandbox\\{self.user}", "demo")
        self.base = f"{self.sandbox.url}/api/bulk/2.0"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.base + path, timeout=60, **more)

    def get(self, path: str, **more: Any) -> Any:
        answer = self.call("GET", path, **more)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def define(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.call("POST", path, json={"name": "a test", **body})
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def failures(self, path: str, **body: Any) -> list[dict[str, Any]]:
        answer = self.call("POST", path, json={"name": "a test", **body})
        assert answer.status_code == 400, f"{path}: {answer.status_code} {answer.text[:500]}"
        assert answer.reason == "There was a validation error."
        return answer.json()["failures"]

    def stage(self, uri: str, rows: list[dict[str, Any]] | str) -> None:
        if isinstance(rows, str):
            answer = self.call(
                "POST", f"{uri}/data", data=rows.encode(), headers={"Content-Type": "text/csv"}
            )
        else:
            answer = self.call("POST", f"{uri}/data", json=rows)
        assert answer.status_code == 204, answer.text[:500]
        assert answer.content == b""

    def sync(self, uri: str) -> dict[str, Any]:
        answer = self.call("POST", "/syncs", json={"syncedInstanceUri": uri})
        assert answer.status_code == 201, answer.text[:500]
        assert answer.json()["status"] == "pending"
        return self.get(answer.json()["uri"])

    def imported(self, path: str, rows: list[dict[str, Any]] | str, **body: Any) -> dict[str, Any]:
        """Define, stage and sync an import; returns the sync."""
        uri = self.define(f"{path}/imports", **body)["uri"]
        self.stage(uri, rows)
        return self.sync(uri)

    def contacts(self, rows: list[dict[str, Any]] | str, **body: Any) -> dict[str, Any]:
        """Import contacts by e-mail address."""
        return self.imported(
            "/contacts", rows, **{"fields": {"E": EMAIL, "F": FIRST}, "identifierFieldName": "E", **body}
        )

    def exported(self, path: str, fields: dict[str, str], **body: Any) -> list[dict[str, str]]:
        """Define and sync an export; returns all its rows."""
        sync = self.sync(self.define(f"{path}/exports", fields=fields, **body)["uri"])
        assert sync["status"] == "success"
        return self.get(f"{sync['uri']}/data?limit=50000").get("items", [])

    def by_email(self, email: str, **fields: str) -> dict[str, str] | None:
        rows = self.exported("/contacts", {"E": EMAIL, **fields}, filter=f"'{EMAIL}' = '{email}'")
        assert len(rows) < 2
        return rows[0] if rows else None

    def logs(self, sync: dict[str, Any]) -> list[tuple[str, int]]:
        return [(line["statusCode"], line["count"]) for line in self.get(f"{sync['uri']}/logs")["items"]]

    def rejects(self, sync: dict[str, Any]) -> list[dict[str, Any]]:
        return self.get(f"{sync['uri']}/rejects").get("items", [])

    def list_named(self, name: str, kind: str = "/contacts/lists") -> dict[str, Any]:
        return self.get(f'{kind}?q="name={name}"')["items"][0]


def as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@pytest.fixture
def bulk(sandbox: Sandbox) -> Bulk:
    return Bulk(sandbox)
