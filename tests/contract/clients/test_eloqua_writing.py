"""Writing to Eloqua: imports and sync actions, and the outcome of every row."""

import pyarrow as pa
import pytest

from certain_eloqua.clients.eloqua import EMAIL_STATEMENT, ID_STATEMENT, SyncAction
from certain_eloqua.clients.errors import (
    AuthError,
    InDoubt,
    LimitExceeded,
    SyncFailed,
    SyncFailedForNow,
    ValidationError,
)

FIRST = "{{Contact.Field(C_FirstName)}}"
FIELDS = {"email": EMAIL_STATEMENT, "first": FIRST}


def people(count: int, start: int = 0, first: str = "Ann") -> pa.Table:
    return pa.table(
        {"email": [f"person{i}@example.org" for i in range(start, start + count)], "first": [first] * count}
    )


def bring(client, rows, **options):
    return client.import_contacts(
        rows, **{"fields": FIELDS, "identifier": "email", "name": "test", **options}
    )


def stored(client, fields=FIELDS) -> dict[str, str]:
    """First names by address, of the people these tests have made."""
    with client.export_contacts(
        fields, name="look", filter=f"'{EMAIL_STATEMENT}' ~ 'person%@example.org'"
    ) as rows:
        table = rows.read_all()
    return dict(zip(table.column("email").to_pylist(), table.column("first").to_pylist(), strict=True))


def test_contacts_are_created_then_updated(eloqua):
    first = bring(eloqua, people(10))
    again = bring(eloqua, people(15, first="Bea"))
    assert (first.status, first.staged, first.created, first.updated) == ("success", 10, 10, 0)
    assert (again.created, again.updated, again.rows, again.rejected) == (5, 10, 15, 0)
    assert set(stored(eloqua).values()) == {"Bea"}
    assert eloqua.open_definitions() == 0


def test_a_blank_never_erases_a_value_unless_asked_to(eloqua):
    bring(eloqua, people(2))
    blank = pa.table({"email": ["person0@example.org", "person1@example.org"], "first": ["", None]})
    bring(eloqua, blank)
    assert set(stored(eloqua).values()) == {"Ann"}
    bring(eloqua, blank, update_rule="always")
    assert set(stored(eloqua).values()) == {""}


def test_rows_come_out_as_they_went_in(eloqua):
    nasty = ['quo"te', "line\nbreak", "comma, semi;", "émoji 😀 𝒳", "'", "  blanks  ", "null"]
    emails = [f"person{i}@example.org" for i in range(len(nasty))]
    bring(eloqua, pa.table({"email": emails, "first": nasty}))
    assert stored(eloqua) == dict(zip(emails, nasty, strict=True))


def test_batches_are_taken_one_after_another(eloqua):
    batches = (batch for start in range(0, 300, 100) for batch in people(100, start).to_batches())
    assert bring(eloqua, batches).created == 300


def test_no_rows_cost_no_call(eloqua):
    receipt = bring(eloqua, people(0))
    assert (receipt.status, receipt.calls, receipt.sync_id) == ("nothing", 0, None)
    assert eloqua.usage.total_calls == 0


def test_many_uploads_make_one_sync(connect_eloqua):
    client = connect_eloqua(piece_bytes=2_000)
    receipt = bring(client, people(500))
    assert client.usage.count("POST /contacts/imports/{id}/data") > 5
    assert len(receipt.sync_ids) == 1
    assert receipt.created == 500


def test_too_much_for_one_sync_makes_several(connect_eloqua):
    client = connect_eloqua(piece_bytes=2_000, staged_bytes_per_sync=6_000)
    rows = people(500).to_pylist()
    rows[450]["email"] = "no address"
    receipt = bring(client, pa.Table.from_pylist(rows))
    assert len(receipt.sync_ids) > 3
    assert receipt.created == 499
    assert receipt.rejects.column("row").to_pylist() == [451]
    assert client.usage.count("POST /contacts/imports") == 1


def test_a_warning_with_rejects_tells_each_row_and_the_cause(connect_eloqua):
    rows = people(200).to_pylist()
    rows[6]["email"], rows[150]["email"], rows[199]["email"] = "not an address", "", "PERSON3@example.org"
    receipt = bring(connect_eloqua(piece_bytes=2_000), pa.Table.from_pylist(rows))
    assert receipt.status == "warning"
    result = {row["row"]: row for row in receipt.rejects.to_pylist()}
    assert set(result) == {7, 151, 200}
    assert result[7]["code"] == "ELQ-00002"
    assert result[7]["invalid_fields"] == ["email"]
    assert "not valid" in result[7]["cause"]
    assert receipt.rejected == 3
    assert (receipt.created, receipt.unaccounted) == (197, 0)


def test_a_warning_without_rejects_is_a_warning_and_loses_no_row(sandbox, eloqua):
    sandbox.control("POST", "/syncs/next", {"status": "warning"})
    receipt = bring(eloqua, people(3))
    assert receipt.status == "warning"
    assert receipt.rejected == receipt.rejects.num_rows == receipt.unaccounted == 0
    assert eloqua.usage.count("GET /syncs/{id}/rejects") == 1


def test_a_row_taken_without_its_bad_value_is_told_but_not_counted_as_rejected(sandbox, eloqua):
    sandbox.control("POST", "/syncs/next", {"status": "warning", "code": "ELQ-00040"})
    receipt = bring(eloqua, people(3), fields={"email": EMAIL_STATEMENT, "first": FIRST})
    assert receipt.rejects.num_rows == 1
    assert receipt.rejects.column("row").to_pylist() == [1]
    assert (receipt.rejected, receipt.unaccounted) == (0, 0)
    assert any("ELQ-00040" in warning for warning in receipt.warnings)


def test_1001_rejects_are_read_to_the_last(eloqua):
    rows = [{"email": f"bad address {i}", "first": "x"} for i in range(1_001)]
    rows.insert(500, {"email": "person1@example.org", "first": "Good"})
    receipt = bring(eloqua, pa.Table.from_pylist(rows))
    assert receipt.rejected == 1_001
    assert sorted(receipt.rejects.column("row").to_pylist()) == [i for i in range(1, 1_003) if i != 501]
    assert eloqua.usage.count("GET /syncs/{id}/rejects") == 2
    assert receipt.created == 1


def test_no_message_about_rejects_holds_a_person(eloqua, caplog):
    caplog.set_level("DEBUG")
    receipt = bring(
        eloqua, pa.table({"email": ["mira.okafor@", "mira.okafor@example.org"], "first": ["a", "b"]})
    )
    assert "mira.okafor" not in f"{receipt!r} {caplog.text} {receipt.rejects.to_pylist()}"


@pytest.mark.parametrize(("code", "kind"), [("ELQ-00146", SyncFailedForNow), ("ELQ-00109", SyncFailed)])
def test_a_failed_import_is_sorted_by_eloquas_code(sandbox, eloqua, code, kind):
    sandbox.control("POST", "/syncs/next", {"status": "error", "code": code})
    with pytest.raises(kind):
        bring(eloqua, people(3))
    assert eloqua.open_definitions() == 0


def test_a_definition_whose_sync_may_be_running_is_not_deleted(connect_eloqua, fault):
    fault("GET", "/syncs/[0-9]+$", times=-1, status=403)
    with pytest.raises(AuthError):
        bring(connect_eloqua(), people(3))
    assert connect_eloqua().open_definitions() == 1


@pytest.mark.parametrize(
    "lost", [{"cut": True, "when": "after"}, {"cut": True}, {"status": 503}, {"status": 502}]
)
@pytest.mark.parametrize("piece", [0, 2])
def test_an_upload_that_got_lost_never_stages_a_row_twice(connect_eloqua, fault, lost, piece):
    fault("POST", "/imports/[0-9]+/data", skip=piece, **lost)
    client = connect_eloqua(piece_bytes=2_000)
    receipt = bring(client, people(300))
    assert (receipt.staged, receipt.created, receipt.rejected) == (300, 300, 0)
    assert receipt.status == "success"
    assert client.usage.count("DELETE /contacts/imports/{id}/data") == 1


def test_uploads_that_are_always_lost_end_in_doubt(eloqua, fault):
    fault("POST", "/imports/[0-9]+/data", times=-1, cut=True)
    with pytest.raises(InDoubt):
        bring(eloqua, people(3))
    assert eloqua.open_definitions() == 0


def test_an_upload_refused_for_its_size_says_so(connect_eloqua):
    with pytest.raises(LimitExceeded, match="one row has"):
        bring(
            connect_eloqua(piece_bytes=1_000), pa.table({"email": ["a@example.org"], "first": ["x" * 2_000]})
        )


def test_a_field_eloqua_does_not_know_is_a_validation_error(eloqua):
    with pytest.raises(ValidationError) as caught:
        bring(eloqua, people(1), fields={"email": EMAIL_STATEMENT, "first": "{{Contact.Field(C_NoSuch)}}"})
    assert "fields" in str(caught.value)


def test_imported_people_can_be_put_on_a_list_and_read_back_with_their_ids(eloqua):
    made = eloqua.create_contact_list("Just written")
    bring(eloqua, people(120), sync_actions=[SyncAction.add_to_list(made.id)])
    table = eloqua.export_contact_list(
        made.id, {"id": ID_STATEMENT, "email": EMAIL_STATEMENT}, name="ids"
    ).read_all()
    assert sorted(table.column("email").to_pylist()) == sorted(people(120).column("email").to_pylist())
    assert all(table.column("id").to_pylist())


@pytest.mark.parametrize("by", ["email", "id"])
def test_members_are_added_and_removed_by_sync_actions(eloqua, by):
    bring(eloqua, people(20))
    made = eloqua.create_contact_list("Members")
    with eloqua.export_contacts(
        {"id": ID_STATEMENT, "email": EMAIL_STATEMENT},
        name="x",
        filter=f"'{EMAIL_STATEMENT}' ~ 'person%@example.org'",
    ) as rows:
        members = rows.read_all().column(by).to_pylist()
    added = eloqua.run_sync_action(members, action="add", list_id=made.id, name="add", by=by)
    removed = eloqua.run_sync_action(members[:5], action="remove", list_id=made.id, name="remove", by=by)
    left = eloqua.export_contact_list(
        made.id, {by: ID_STATEMENT if by == "id" else EMAIL_STATEMENT}, name="l"
    )
    assert (added.status, removed.status) == ("success", "success")
    assert sorted(left.read_all().column(by).to_pylist()) == sorted(members[5:])
    assert eloqua.open_definitions() == 0


def test_a_large_import_uses_few_calls(eloqua):
    _ = eloqua.base_url
    before = eloqua.usage.total_calls
    receipt = bring(eloqua, people(20_000))
    assert receipt.created == 20_000
    assert eloqua.usage.total_calls - before <= 8
