"""Both platforms as they answer over HTTP, read without our own clients: the demo must not check
itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

ACCOUNT = "NWIND"


@dataclass(frozen=True)
class Snapshot:
    """How many there are of everything, at one moment."""

    contacts: int  # in Eloqua
    profiles: int  # in Certain
    tied_profiles: int  # that carry an Eloqua contact's id
    registrations: dict[str, int] = field(default_factory=dict)  # by event

    def grown(self, before: Snapshot) -> dict[str, int]:
        """What there is more of than before."""
        events = {
            code: count - before.registrations.get(code, 0) for code, count in self.registrations.items()
        }
        return {
            "contacts in Eloqua": self.contacts - before.contacts,
            "profiles in Certain": self.profiles - before.profiles,
            "profiles that know their contact": self.tied_profiles - before.tied_profiles,
            **{f"registrations of {code}": count for code, count in events.items()},
        }


class Platforms:
    """Eloqua and Certain of a sandbox, and its control door."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.headers["Accept"] = "application/json"

    def snapshot(self, *events: str) -> Snapshot:
        """Count everything, on both platforms."""
        profiles = self._certain("Profile", ACCOUNT)
        tied = sum(1 for one in profiles if one.get("externalKey") and one.get("sourceOfProfile") == "Eloqua")
        return Snapshot(
            contacts=self._contacts(),
            profiles=len(profiles),
            tied_profiles=tied,
            registrations={code: len(self._certain("Registration", ACCOUNT, code)) for code in events},
        )

    def registrations(self, event: str) -> list[dict[str, Any]]:
        """The registrations of an event as Certain shows them."""
        return self._certain("Registration", ACCOUNT, event)

    def contact(self, email: str) -> dict[str, Any]:
        """One contact as Eloqua shows it, with its fields; empty when there is none."""
        answer = self._http.get(
            f"{self.url}/api/rest/1.0/data/contacts",
            params={"search": f"C_EmailAddress='{email}'", "depth": "complete", "count": "1"},
            auth=("Sandbox\\demo", "demo"),
            timeout=60,
        )
        answer.raise_for_status()
        found = answer.json().get("elements") or []
        return dict(found[0]) if found else {}

    def edit_profile(self, pin: str, fields: dict[str, str]) -> None:
        """Change a profile, as another program of the company would."""
        answer = self._http.post(
            f"{self.url}/certainExternal/service/v1/Profile/{ACCOUNT}/{pin}",
            json=fields,
            auth=("demo", "demo"),
            timeout=60,
        )
        answer.raise_for_status()

    def change_status(self, code: str, status: str) -> None:
        """Change the status of a registration, as a user of Certain would."""
        self.control("POST", "certain/registration", {"code": code, "status": status})

    def custom_object_records(self, name: str) -> list[dict[str, Any]]:
        """The records of a custom object, by field name, with the id of the contact each is linked to."""
        objects = self._rest("/assets/customObjects", depth="complete", count="1000")
        one = next((found for found in objects if found["name"] == name), None)
        if one is None:
            return []
        names = {field["id"]: field["name"] for field in one["fields"]}
        records: list[dict[str, Any]] = []
        while True:
            page = str(len(records) // 1000 + 1)
            listed = self._rest(
                f"/data/customObject/{one['id']}/instances", depth="complete", count="1000", page=page
            )
            for record in listed:
                values = {names[value["id"]]: value.get("value") or "" for value in record["fieldValues"]}
                records.append({**values, "contact": record.get("contactId") or ""})
            if len(listed) < 1000:
                return records

    def cancel_agenda_item(self, event: str, registration: str, item: str) -> None:
        """Cancel an agenda item of a registration, as the attendee would."""
        answer = self._http.delete(
            f"{self.url}/certainExternal/service/v1/RegistrationAgenda/{ACCOUNT}/{event}/{registration}/{item}",
            auth=("demo", "demo"),
            timeout=60,
        )
        answer.raise_for_status()

    def register_for_session(self, event: str, session: str, registration: str) -> None:
        """Register a person for the first instance of a session, as the attendee would."""
        seat = {"registrationCode": registration, "instanceId": self._instance(event, session)}
        self._standard("POST", event, "registrations/sessions", [{**seat, "status": "Registered"}])

    def cancel_session(self, event: str, session: str, registration: str) -> None:
        """Cancel a seat in a session, as the attendee would."""
        path = f"sessions/{self._instance(event, session)}/registrations/{registration}"
        self._standard("DELETE", event, path)

    def activities_of(self, email: str) -> list[tuple[str, str]]:
        """Type and asset of the external activities that clients created for a contact, in their order."""
        found = self.control("GET", "journal?entity=activity&limit=10000")["items"]
        parts = [str(line["key"]).split("|") for line in found]
        return [(one[0], one[1]) for one in parts if email.casefold() in "|".join(one[2:]).casefold()]

    def list_members(self, name: str) -> set[str]:
        """Ids of the contacts of a list as Eloqua shows them; none if there is no such list."""
        listed = self._rest("/assets/contact/lists", search=f"name='{name}'")
        found = [one for one in listed if one["name"] == name]
        if not found:
            return set()
        members: set[str] = set()
        page = 1
        while True:
            path = f"/data/contacts/list/{found[0]['id']}"
            some = self._rest(path, count="1000", page=str(page), depth="minimal")
            members.update(str(one["id"]) for one in some)
            if len(some) < 1000:
                return members
            page += 1

    def _instance(self, event: str, session: str) -> int:
        listed = self._standard("GET", event, "sessions")
        rows = listed if isinstance(listed, list) else next(v for v in listed.values() if isinstance(v, list))
        return int(next(one["instanceId"] for one in rows if one["sessionCode"] == session))

    def _standard(self, method: str, event: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(
            method,
            f"{self.url}/api/standard/2.0/accounts/{ACCOUNT}/events/{event}/{path}",
            json=body,
            auth=("demo", "demo"),
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def writes(self) -> dict[str, int]:
        """What clients have written so far, by platform and kind of thing, from the sandbox's journal."""
        counted = self.control("GET", "counters")["writes"]
        return {
            f"{entity} {operation}": count
            for entity, operations in counted.items()
            for operation, count in operations.items()
            if operation != "edit"
        }

    def calls(self) -> int:
        """Calls answered so far, by both platforms."""
        return int(self.control("GET", "counters")["total"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the sandbox's control door."""
        answer = self._http.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _rest(self, path: str, **params: str) -> list[dict[str, Any]]:
        answer = self._http.get(
            f"{self.url}/api/rest/2.0{path}", params=params, auth=("Sandbox\\demo", "demo"), timeout=60
        )
        answer.raise_for_status()
        return list(answer.json().get("elements") or [])

    def _contacts(self) -> int:
        answer = self._http.get(
            f"{self.url}/api/rest/1.0/data/contacts",
            params={"count": "1", "depth": "minimal"},
            auth=("Sandbox\\demo", "demo"),
            timeout=60,
        )
        answer.raise_for_status()
        return int(answer.json()["total"])

    def _certain(self, kind: str, *codes: str) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        key = {"Profile": "pkProfileId", "Registration": "registrationCode"}[kind]
        start = 1
        while True:
            answer = self._http.get(
                "/".join([f"{self.url}/certainExternal/service/v1/{kind}", *codes]),
                params={"start_index": str(start), "max_results": "5000", "order_by": f"{key}_asc"},
                auth=("demo", "demo"),
                timeout=120,
            )
            if answer.status_code == 404:  # an empty search
                return []
            answer.raise_for_status()
            page = answer.json()
            items = page.get("profiles" if kind == "Profile" else "registrations") or []
            found.update({str(item[key]): item for item in items})
            if not items or len(found) >= int(page["completeCollectionSize"]):
                return list(found.values())
            start += len(items)
