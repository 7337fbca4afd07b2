"""Imports of contacts: what is written, what is refused, and what is logged."""

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk, as_csv

LAST = "{{Contact.Field(C_LastName)}}"
ODD = 'Zoë "the\r\nboss", O\'Neill 😀 \\ \t,;'


def test_an_import_creates_and_updates_contacts_matched_on_email(bulk: Bulk) -> None:
    assert bulk.contacts([{"E": "new@a.example", "F": "Old"}])["status"] == "success"
    sync = bulk.contacts([{"E": "NEW@a.example", "F": "New"}, {"E": "b@a.example", "F": "B"}])
    assert sync["status"] == "success"
    assert ("ELQ-00004", 1) in bulk.logs(sync)
    assert ("ELQ-00022", 1) in bulk.logs(sync)
    assert bulk.by_email("new@a.example", F=FIRST) == {"E": "NEW@a.example", "F": "New"}


@pytest.mark.parametrize("as_file", [True, False])
def test_values_come_back_byte_for_byte(bulk: Bulk, as_file: bool) -> None:
    rows: Any = (
        as_csv([["E", "F"], ["odd@a.example", ODD]]) if as_file else [{"E": "odd@a.example", "F": ODD}]
    )
    bulk.contacts(rows)
    assert bulk.by_email("odd@a.example", F=FIRST) == {"E": "odd@a.example", "F": ODD}


def test_the_log_of_an_import_has_the_observed_order(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "a@a.example", "F": "1"}, {"E": "A@a.example", "F": "2"}])
    assert sync["status"] == "warning"
    assert bulk.logs(sync) == [
        *[("ELQ-00130", 2), ("ELQ-00137", 0), ("ELQ-00101", 0), ("ELQ-00001", 2), ("ELQ-00026", 1)],
        *[("ELQ-00003", 1), ("ELQ-00004", 1), ("ELQ-00022", 0), ("ELQ-00071", 0)],
    ]
    lines = bulk.get(f"{sync['uri']}/logs")["items"]
    assert lines[2]["message"].endswith("resulting in Warning status.")
    assert "message" not in lines[-1]
    assert bulk.by_email("a@a.example", F=FIRST) == {"E": "a@a.example", "F": "1"}  # the first one wins


def test_rejects_carry_the_row_the_reason_and_its_place_over_all_files(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL, "F": FIRST}, identifierFieldName="E")["uri"]
    bulk.stage(uri, "E,F\r\ngood@a.example,Good\r\nPolar bear,Weldon\r\n")
    bulk.stage(uri, [{"E": "", "F": "Nobody"}, {"E": "", "F": ""}])
    sync = bulk.sync(uri)
    assert sync["status"] == "warning"
    assert [(r["recordIndex"], r["statusCode"], r["invalidFields"]) for r in bulk.rejects(sync)] == [
        (2, "ELQ-00002", ["E"]),
        (3, "ELQ-00061", ["E"]),
        (4, "ELQ-00059", []),
    ]
    assert bulk.rejects(sync)[0]["fieldValues"] == {"E": "Polar bear", "F": "Weldon"}
    assert bulk.rejects(sync)[0]["message"] == "Invalid email address."


def test_a_column_outside_the_definition_is_a_warning_without_rejects(bulk: Bulk) -> None:
    sync = bulk.contacts("E,F,Shoe size\nshoe@a.example,S,42\n")
    assert sync["status"] == "warning"
    assert bulk.logs(sync)[0] == ("ELQ-00111", 0)
    assert bulk.rejects(sync) == []
    assert bulk.by_email("shoe@a.example", F=FIRST) == {"E": "shoe@a.example", "F": "S"}


def test_a_column_that_is_not_sent_keeps_what_is_stored(bulk: Bulk) -> None:
    bulk.contacts([{"E": "keep@a.example", "F": "Kept"}])
    bulk.contacts("E\nkeep@a.example\n")
    bulk.contacts([{"E": "keep@a.example"}, {"E": "other@a.example", "F": "x"}])
    assert bulk.by_email("keep@a.example", F=FIRST) == {"E": "keep@a.example", "F": "Kept"}


@pytest.mark.parametrize(
    ("rule", "stored", "sent", "then"),
    [
        ("always", "old", "new", "new"),
        ("always", "old", "", ""),
        ("ifNewIsNotNull", "old", "", "old"),
        ("ifNewIsNotNull", "old", "new", "new"),
        ("ifExistingIsNull", "old", "new", "old"),
        ("ifExistingIsNull", "", "new", "new"),
    ],
)
def test_update_rules(bulk: Bulk, rule: str, stored: str, sent: str, then: str) -> None:
    bulk.contacts([{"E": "rule@a.example", "F": stored}])
    bulk.contacts([{"E": "rule@a.example", "F": sent}], updateRule=rule)
    assert bulk.by_email("rule@a.example", F=FIRST) == {"E": "rule@a.example", "F": then}


def test_each_field_may_have_its_own_update_rule(bulk: Bulk) -> None:
    fields = {"E": EMAIL, "F": FIRST, "L": LAST}
    bulk.contacts([{"E": "own@a.example", "F": "f", "L": "l"}], fields=fields)
    bulk.contacts(
        [{"E": "own@a.example", "F": "", "L": "new"}],
        fields=fields,
        updateRule="useFieldRule",
        updateRuleByField={"F": "ifNewIsNotNull", "L": "ifExistingIsNull"},
    )
    assert bulk.by_email("own@a.example", F=FIRST, L=LAST) == {"E": "own@a.example", "F": "f", "L": "l"}


def test_update_only_and_create_only(bulk: Bulk) -> None:
    bulk.contacts([{"E": "here@a.example", "F": "old"}])
    rows = [{"E": "here@a.example", "F": "new"}, {"E": "not.here@a.example", "F": "new"}]
    sync = bulk.contacts(rows, importRule="updateOnly")
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [(2, "ELQ-00034")]
    assert bulk.by_email("not.here@a.example") is None
    sync = bulk.contacts(rows, importRule="createOnly")
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [(1, "ELQ-00048")]
    assert bulk.by_email("not.here@a.example") is not None


def test_a_bad_number_is_told_but_the_row_is_imported(bulk: Bulk) -> None:
    typed = next(
        f
        for f in bulk.get("/contacts/fields")["items"]
        if f["dataType"] == "number" and "Field(" in f["statement"] and not f["hasReadOnlyConstraint"]
    )
    fields = {"E": EMAIL, "N": typed["statement"]}
    sync = bulk.contacts([{"E": "n@a.example", "N": "many"}], fields=fields)
    assert sync["status"] == "warning"
    assert [(r["statusCode"], r["invalidFields"]) for r in bulk.rejects(sync)] == [("ELQ-00040", ["N"])]
    assert bulk.by_email("n@a.example", N=typed["statement"]) == {"E": "n@a.example", "N": ""}


def test_dates_are_kept_and_shown_in_one_sortable_format(bulk: Bulk) -> None:
    dated = next(
        f
        for f in bulk.get("/contacts/fields")["items"]
        if f["dataType"] == "date" and not f["hasReadOnlyConstraint"]
    )
    fields = {"E": EMAIL, "D": dated["statement"]}
    bulk.contacts([{"E": "d@a.example", "D": "2026-03-04"}], fields=fields)
    assert bulk.by_email("d@a.example", D=dated["statement"]) == {
        "E": "d@a.example",
        "D": "2026-03-04 00:00:00",
    }


def test_contacts_can_be_updated_by_id_but_not_created(bulk: Bulk) -> None:
    bulk.contacts([{"E": "id@a.example", "F": "old"}])
    found = bulk.by_email("id@a.example", Id="{{Contact.Id}}")
    assert found
    fields = {"Id": "{{Contact.Id}}", "F": FIRST}
    sync = bulk.contacts(
        [{"Id": found["Id"], "F": "new"}, {"Id": "999999999", "F": "x"}, {"Id": "no id", "F": "x"}],
        fields=fields,
        identifierFieldName="Id",
    )
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [
        (2, "ELQ-00034"),
        (3, "ELQ-00034"),
    ]
    assert bulk.by_email("id@a.example", F=FIRST) == {"E": "id@a.example", "F": "new"}


def test_no_contact_gets_the_address_of_another(bulk: Bulk) -> None:
    bulk.contacts([{"E": "one@a.example", "F": "1"}, {"E": "two@a.example", "F": "2"}])
    one = bulk.by_email("one@a.example", Id="{{Contact.Id}}")
    assert one
    fields = {"Id": "{{Contact.Id}}", "E": EMAIL}
    sync = bulk.contacts([{"Id": one["Id"], "E": "TWO@a.example"}], fields=fields, identifierFieldName="Id")
    assert [(r["statusCode"], r["invalidFields"]) for r in bulk.rejects(sync)] == [("ELQ-00011", ["E"])]


def test_an_identifier_that_means_several_contacts(bulk: Bulk) -> None:
    bulk.contacts([{"E": f"{n}@a.example", "F": "Twin-of-test"} for n in "ab"])
    title = "{{Contact.Field(C_Title)}}"
    body: dict[str, Any] = {"fields": {"F": FIRST, "T": title}, "identifierFieldName": "F"}
    sync = bulk.contacts([{"F": "Twin-of-test", "T": "x"}], **body)
    assert [r["statusCode"] for r in bulk.rejects(sync)] == ["ELQ-00026"]
    sync = bulk.contacts([{"F": "Twin-of-test", "T": "x"}], **body, isUpdatingMultipleMatchedRecords=True)
    assert ("ELQ-00022", 2) in bulk.logs(sync)
    assert bulk.by_email("b@a.example", T=title) == {"E": "b@a.example", "T": "x"}


def test_nothing_staged_is_a_warning(bulk: Bulk) -> None:
    sync = bulk.sync(bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"])
    assert sync["status"] == "warning"
    assert bulk.logs(sync)[0] == ("ELQ-00124", 0)


def test_an_upload_can_start_its_sync(bulk: Bulk) -> None:
    made = bulk.define(
        "/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E", isSyncTriggeredOnImport="true"
    )
    assert made["isSyncTriggeredOnImport"] is True
    answer = bulk.call("POST", f"{made['uri']}/data", json={"E": "lone@a.example"})
    assert answer.status_code == 201
    assert bulk.get(answer.json()["uri"])["status"] == "success"
    assert bulk.by_email("lone@a.example")


def test_rows_are_synced_once(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    bulk.stage(uri, [{"E": "once@a.example"}])
    assert bulk.sync(uri)["status"] == "success"
    assert bulk.logs(bulk.sync(uri))[0] == ("ELQ-00124", 0)


def test_every_contact_written_is_in_the_journal(bulk: Bulk) -> None:
    bulk.contacts([{"E": "j@a.example", "F": "x"}])
    bulk.contacts([{"E": "j@a.example", "F": "y"}])
    lines = bulk.sandbox.control("GET", "/journal?entity=contact&key=j@a.example")
    assert [line["operation"] for line in lines["items"]] == ["create", "update"]


def test_a_field_that_no_row_has_is_told_and_no_reason_for_a_warning(bulk: Bulk) -> None:
    sync = bulk.contacts("E\nlone@a.example\n")
    assert sync["status"] == "success"
    assert bulk.logs(sync)[0] == ("ELQ-00121", 0)
    assert bulk.get(f"{sync['uri']}/logs")["items"][0]["severity"] == "warning"
    sync = bulk.contacts([{"E": "lone@a.example"}, {"E": "two@a.example", "F": "x"}])
    assert sync["status"] == "success"
    assert "ELQ-00121" not in dict(bulk.logs(sync))


@pytest.mark.parametrize("rule", ["createOnly", "updateOnly"])
def test_what_an_import_rule_refuses_names_the_identifier(bulk: Bulk, rule: str) -> None:
    bulk.contacts([{"E": "here@a.example", "F": "x"}])
    email = "here@a.example" if rule == "createOnly" else "nowhere@a.example"
    sync = bulk.contacts([{"E": email, "F": "x"}], importRule=rule)
    assert [one["invalidFields"] for one in bulk.rejects(sync)] == [["E"]]
