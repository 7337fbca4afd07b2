"""Custom objects, accounts, opportunities: records that are linked to people."""

from typing import Any

from tests.contract.sandbox_bulk.conftest import EMAIL, Bulk


def _object(bulk: Bulk) -> tuple[str, dict[str, str]]:
    """A custom object's uri, and the statements of its fields by internal name."""
    uri = bulk.get("/customObjects")["items"][0]["uri"]
    return uri, {f["internalName"]: f["statement"] for f in bulk.get(f"{uri}/fields")["items"]}


def _definition(bulk: Bulk, **more: Any) -> tuple[str, dict[str, Any]]:
    uri, statements = _object(bulk)
    fields = {
        "code": statements["Registration_Code1"],
        "mail": statements["Email_Address1"],
        "fee": statements["Fee_Paid1"],
    }
    return uri, {"fields": fields, "identifierFieldName": "code", **more}


def test_records_are_created_updated_and_linked_to_contacts(bulk: Bulk) -> None:
    bulk.contacts([{"E": "linked@a.example", "F": "x"}])
    uri, body = _definition(
        bulk,
        mapDataCards="true",
        mapDataCardsEntityType="Contact",
        mapDataCardsEntityField=EMAIL,
        mapDataCardsSourceField="mail",
        mapDataCardsCaseSensitiveMatch="false",
    )
    rows = [
        {"code": "T-1", "mail": "LINKED@a.example", "fee": "12.50"},
        {"code": "T-2", "mail": "nobody@a.example", "fee": "x"},
    ]
    sync = bulk.imported(uri, rows, **body)
    assert sync["status"] == "warning"
    assert [(r["statusCode"], r["invalidFields"]) for r in bulk.rejects(sync)] == [("ELQ-00040", ["fee"])]
    assert {("ELQ-00007", 2), ("ELQ-00012", 0), ("ELQ-00025", 1)} <= set(bulk.logs(sync))
    number = uri.rsplit("/", 1)[1]
    fields = {
        "code": body["fields"]["code"],
        "mail": f"{{{{CustomObject[{number}].Contact.Field(C_EmailAddress)}}}}",
        "fee": f"{{{{CustomObject[{number}].Field(Fee_Paid1)}}}}",
        "UpdatedAt": f"{{{{CustomObject[{number}].UpdatedAt}}}}",
    }
    found = bulk.exported(uri, fields, filter=f"'{body['fields']['code']}' ~ 'T-%'")
    assert [(row["code"], row["mail"], row["fee"]) for row in found] == [
        *[("T-1", "linked@a.example", "12.50"), ("T-2", "", "")]
    ]
    assert all(len(row["UpdatedAt"]) == len("2026-01-01 00:00:00") for row in found)
    sync = bulk.imported(uri, [{"code": "t-1", "mail": "", "fee": ""}], **body)
    assert {("ELQ-00007", 0), ("ELQ-00012", 1)} <= set(bulk.logs(sync))


def test_definitions_of_custom_objects_carry_their_ids(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    made = bulk.define(f"{uri}/imports", **body)
    assert isinstance(made["id"], int)
    assert made["parentId"] == int(uri.rsplit("/", 1)[1])
    assert bulk.get(made["uri"].replace("customObjects", "CUSTOMOBJECTS")) == made


def test_incomplete_properties_of_linking_link_nothing(bulk: Bulk) -> None:
    whole = {
        "mapDataCardsEntityType": "Contact",
        "mapDataCardsEntityField": EMAIL,
        "mapDataCardsSourceField": "mail",
    }
    bulk.contacts([{"E": "partly@a.example", "F": "x"}])
    for missing in whole:
        uri, body = _definition(bulk, mapDataCards=True, **{**whole, missing: None})
        sync = bulk.imported(uri, [{"code": f"P-{missing}", "mail": "partly@a.example", "fee": ""}], **body)
        assert sync["status"] == "success"
        assert "ELQ-00025" not in dict(bulk.logs(sync))
    uri, body = _definition(bulk, mapDataCards=True, **{**whole, "mapDataCardsEntityType": "Person"})
    assert bulk.imported(uri, [{"code": "P-1", "mail": "", "fee": ""}], **body)["status"] == "success"


def test_accounts_are_imported_and_exported(bulk: Bulk) -> None:
    name = "{{Account.Field(M_CompanyName)}}"
    sync = bulk.imported("/accounts", [{"N": "Test & Sons"}], fields={"N": name}, identifierFieldName="N")
    assert {("ELQ-00005", 1), ("ELQ-00023", 0)} <= set(bulk.logs(sync))
    rows = bulk.exported("/accounts", {"N": name, "Id": "{{Account.Id}}"}, filter=f"'{name}' = 'test & sons'")
    assert [row["N"] for row in rows] == ["Test & Sons"]
    keys = bulk.get("/accounts/lists")["items"][0]
    assert (
        len(bulk.exported("/accounts", {"N": name}, filter=f"EXISTS('{keys['statement']}')")) == keys["count"]
    )


def test_a_contact_shows_its_account(bulk: Bulk) -> None:
    rows = bulk.exported("/contacts", {"A": "{{Contact.Account.Field(M_CompanyName)}}"}, maxRecords=500)
    assert any(row["A"] for row in rows)


def test_opportunities_and_their_contacts(bulk: Bulk) -> None:
    bulk.contacts([{"E": "buyer@a.example", "F": "x"}])
    fields = {
        "id": "{{Opportunity.Id}}",
        "name": "{{Opportunity.Field(Name)}}",
        "stage": "{{Opportunity.Field(Stage)}}",
        "amount": "{{Opportunity.Field(Amount)}}",
    }
    row = {"id": "O-1", "name": "Deal", "stage": "Won", "amount": "5"}
    assert (
        bulk.imported("/opportunities", [row], fields=fields, identifierFieldName="id")["status"] == "success"
    )
    sync = bulk.imported(
        "/opportunities/contacts",
        [
            {"id": "O-1", "mail": "buyer@a.example"},
            {"id": "O-2", "mail": "buyer@a.example"},
            {"id": "O-1", "mail": "no@a.example"},
        ],
        fields={"id": "{{Opportunity.Id}}", "mail": EMAIL},
        linkOpportunitiesMatchFieldName="id",
        linkOpportunitiesSourceField="mail",
        linkOpportunitiesEntityType="Contact",
    )
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [
        (2, "ELQ-00084"),
        (3, "ELQ-00085"),
    ]
    few = {"id": fields["id"], "name": fields["name"]}
    sync = bulk.imported(
        "/opportunities", [{"id": "O-1", "name": "deal"}], fields=few, identifierFieldName="name"
    )
    assert ("ELQ-00049", 0) in bulk.logs(sync)  # updated, as the name is the identifier here
    assert sync["status"] == "success"


def _opportunity(bulk: Bulk, number: str) -> None:
    names = ("Name", "Stage", "Amount")
    fields = {"id": "{{Opportunity.Id}}"} | {name: f"{{{{Opportunity.Field({name})}}}}" for name in names}
    row = {"id": number, "Name": "Deal", "Stage": "Won", "Amount": "5"}
    bulk.imported("/opportunities", [row], fields=fields, identifierFieldName="id")


def _links(bulk: Bulk, rows: list[dict[str, str]], statement: str, **more: Any) -> dict[str, Any]:
    return bulk.imported(
        "/opportunities/contacts",
        rows,
        fields={"id": "{{Opportunity.Id}}", "who": statement},
        linkOpportunitiesMatchFieldName="id",
        linkOpportunitiesSourceField="who",
        **more,
    )


def test_an_opportunity_is_linked_through_the_account_as_well(bulk: Bulk) -> None:
    _opportunity(bulk, "O-7")
    name = "{{Account.Field(M_CompanyName)}}"
    staff = bulk.exported("/contacts", {"A": "{{Contact.Account.Field(M_CompanyName)}}"}, maxRecords=500)
    company = next(row["A"] for row in staff if row["A"])
    mates = bulk.exported("/contacts", {"E": EMAIL, "A": "{{Contact.Account.Field(M_CompanyName)}}"})
    sync = _links(bulk, [{"id": "O-7", "who": company}], name, linkOpportunitiesEntityType="Account")
    assert ("ELQ-00049", sum(row["A"] == company for row in mates)) in bulk.logs(sync)
    sync = _links(bulk, [{"id": "O-7", "who": "No such company"}], name)
    assert [r["statusCode"] for r in bulk.rejects(sync)] == ["ELQ-00085"]


def test_the_options_of_a_link_are_kept(bulk: Bulk) -> None:
    _opportunity(bulk, "O-8")
    first = "{{Opportunity.Contact.Field(C_FirstName)}}"
    bulk.contacts([{"E": f"{n}@link.example", "F": "Linked-Twin"} for n in "ab"])
    rows = [{"id": "O-8", "who": "linked-twin"}]
    sync = _links(bulk, rows, first, linkOpportunitiesMultipleSourceMatches="false")
    assert [r["statusCode"] for r in bulk.rejects(sync)] == ["ELQ-00026"]
    sync = _links(bulk, rows, first, linkOpportunitiesCaseSensitiveMatchField="true")
    assert [r["statusCode"] for r in bulk.rejects(sync)] == ["ELQ-00085"]
    assert ("ELQ-00049", 2) in bulk.logs(_links(bulk, rows, first))
    fields = {"id": "{{Opportunity.Id}}", "who": first}
    sync = bulk.imported("/opportunities/contacts", rows, fields=fields, linkOpportunitiesEntityType="Person")
    assert sync["status"] == "success"


def _rest(bulk: Bulk, method: str, path: str, body: Any = None, version: str = "2.0") -> Any:
    answer = bulk.session.request(
        method, f"{bulk.sandbox.url}/api/REST/{version}{path}", json=body, timeout=30
    )
    assert answer.status_code < 300, answer.text
    return answer.json()


def _found(bulk: Bulk, number: str, search: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _rest(
        bulk, "GET", f"/data/customObject/{number}/instances?search={search}"
    )["elements"]
    return found


def test_the_unique_code_of_an_imported_record_is_that_of_its_field(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    number = uri.rsplit("/", 1)[1]
    bulk.imported(uri, [{"code": "T-4", "mail": "", "fee": ""}], **body)
    fields = {"id": "Id", "unique": "UniqueId", "external": "ExternalId"}
    fields = {key: f"{{{{CustomObject[{number}].{name}}}}}" for key, name in fields.items()}
    row = bulk.exported(uri, fields, filter=f"'{body['fields']['code']}' = 'T-4'")[0]
    assert row["unique"] == "T-4"
    (record,) = _found(bulk, number, "uniqueCode='T-4'")
    assert (record["id"], record["uniqueCode"], record["name"]) == (row["id"], "T-4", "T-4")

    by_id = {"fields": {"id": fields["id"], "code": body["fields"]["code"]}, "identifierFieldName": "id"}
    bulk.imported(uri, [{"id": row["id"], "code": "T-5"}], **by_id)
    assert _found(bulk, number, "uniqueCode='T-4'") == []
    (record,) = _found(bulk, number, "name='T-5'")
    assert (record["id"], record["uniqueCode"]) == (row["id"], "T-5")

    code = body["fields"]["code"].rsplit("[", 1)[1].rstrip("]}")
    made = _rest(
        bulk, "POST", f"/data/customObject/{number}/instance", {"fieldValues": [{"id": code, "value": "T-6"}]}
    )
    rows = bulk.exported(uri, fields, filter=f"'{body['fields']['code']}' = 'T-6'")
    assert [(one["id"], one["unique"]) for one in rows] == [(made["id"], "T-6")]
    assert rows[0]["external"].replace(made["id"].zfill(9), "") == row["external"].replace(
        row["id"].zfill(9), ""
    )


def test_without_a_unique_code_field_rest_and_bulk_make_up_the_same_kind_of_code(bulk: Bulk) -> None:
    uri = next(one["uri"] for one in bulk.get("/customObjects")["items"] if one["name"] == "Interests")
    number = uri.rsplit("/", 1)[1]
    topic = next(f for f in bulk.get(f"{uri}/fields")["items"] if f["internalName"] == "Topic1")
    fields = {"T": topic["statement"], "U": f"{{{{CustomObject[{number}].UniqueId}}}}"}
    bulk.imported(uri, [{"T": "By Bulk"}], fields={"T": fields["T"]}, identifierFieldName="T")
    (row,) = bulk.exported(uri, fields, filter=f"'{fields['T']}' = 'By Bulk'")
    made = _rest(bulk, "POST", f"/data/customObject/{number}/instance", {"fieldValues": []})
    assert row["U"][:-12] == made["uniqueCode"][:-12] == "DCTET"


def test_records_of_bulk_name_the_users_id_in_rest(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    bulk.imported(uri, [{"code": "T-9", "mail": "", "fee": ""}], **body)
    (record,) = _found(bulk, uri.rsplit("/", 1)[1], "uniqueCode='T-9'")
    by_rest = _rest(bulk, "POST", "/assets/contact/list", {"name": "Whose?"})
    assert record["createdBy"] == record["updatedBy"] == by_rest["createdBy"]
    assert record["createdBy"].isdigit()
    shown = next(one for one in bulk.get("/contacts/lists")["items"] if one["name"] == "Whose?")
    assert shown["createdBy"] == bulk.user


def test_a_record_whose_code_is_too_long_is_rejected_and_not_created_without_it(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    rows = [{"code": "x" * 251, "mail": "", "fee": ""}, {"code": "y" * 250, "mail": "", "fee": ""}]
    for created, updated in ((1, 0), (0, 1)):
        sync = bulk.imported(uri, rows, **body)
        rejects = [
            (one["recordIndex"], one["statusCode"], one["invalidFields"]) for one in bulk.rejects(sync)
        ]
        assert rejects == [(1, "ELQ-00040", ["code"])]
        expected = {("ELQ-00007", created), ("ELQ-00012", updated), ("ELQ-00060", 1)}
        assert expected <= set(bulk.logs(sync))
        assert "ELQ-00144" not in dict(bulk.logs(sync))


def test_a_bad_value_in_a_unique_field_rejects_the_record_whatever_the_identifier_is(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    sync = bulk.imported(
        uri, [{"code": "x" * 251, "mail": "long@a.example"}], **{**body, "identifierFieldName": "mail"}
    )
    assert {("ELQ-00007", 0), ("ELQ-00060", 1)} <= set(bulk.logs(sync))


def test_a_date_or_number_that_identifies_is_compared_as_it_is_kept(bulk: Bulk) -> None:
    day = "{{Contact.Field(C_Lead_Score_Date___Most_Recent1)}}"
    bulk.contacts([{"E": "kept@a.example", "D": "2026-11-26"}], fields={"E": EMAIL, "D": day})
    sync = bulk.imported(
        *("/contacts", [{"D": "2026-11-26 00:00", "T": "found"}]),
        fields={"D": day, "T": "{{Contact.Field(C_Title)}}"},
        identifierFieldName="D",
    )
    assert {("ELQ-00004", 0), ("ELQ-00022", 1)} <= set(bulk.logs(sync))


def test_the_journal_names_the_sync_of_each_record(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "one@a.example", "F": "x"}, {"E": "two@a.example", "F": "y"}])
    lines = bulk.sandbox.control("GET", "/journal?entity=contact&operation=create")["items"]
    assert [(line["key"], line["detail"]) for line in lines] == [
        (key, {"sync": int(sync["uri"].rsplit("/", 1)[1])}) for key in ("one@a.example", "two@a.example")
    ]


def test_a_field_that_identified_records_can_be_deleted(bulk: Bulk) -> None:
    uri, body = _definition(bulk)
    bulk.imported(uri, [{"code": "D-1", "mail": "", "fee": ""}], **body)
    number = uri.rsplit("/", 1)[1]
    whole = _rest(bulk, "GET", f"/assets/customObject/{number}")
    whole["fields"] = [one for one in whole["fields"] if one["name"] != "Registration Code"]
    whole = {name: value for name, value in whole.items() if not name.endswith("FieldId")}
    assert len(_rest(bulk, "PUT", f"/assets/customObject/{number}", whole)["fields"]) == len(whole["fields"])
