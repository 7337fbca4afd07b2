"""Runs where pyeloqua is and nothing of ours: `pyeloqua_script.py STORY` prints what it saw."""

import json
import sys
import time

from pyeloqua import Bulk

ODD = [
    {"C_EmailAddress": "accents@odd.example", "C_FirstName": "Zoë", "C_LastName": 'Núñez, "the" Ångström'},
    {"C_EmailAddress": "breaks@odd.example", "C_FirstName": "two\nlines", "C_LastName": "tab\tand ; and |"},
    {"C_EmailAddress": "planes@odd.example", "C_FirstName": "𝔘𝔫𝔦 👩‍🚀", "C_LastName": "李小龍"},
]


def bulk():
    return Bulk(username="demo", password="demo", company="Sandbox")


def job(kind, entity, fields, name, *, obj_id=None, options=None, prepare=None):
    one = bulk()
    getattr(one, kind)(entity, obj_id=obj_id) if obj_id else getattr(one, kind)(entity)
    if fields:
        one.add_fields(fields)
    if prepare:
        prepare(one)
    one.add_options(**(options or {}))
    one.create_def(name)
    return one


def synced(one):
    return one.sync(sleeptime=0)


def emails_on(list_id):
    one = job(
        "exports",
        "contacts",
        ["C_EmailAddress"],
        "members",
        prepare=lambda o: o.asset_exists("lists", asset_id=list_id),
    )
    synced(one)
    return [row["C_EmailAddress"] for row in one.get_export_data()]


def login():
    one = bulk()
    return {
        "company": one.company,
        "user": one.user_display,
        "bulk_base": one.bulk_base,
        "rest_base": one.rest_base,
    }


def export():
    one = job("exports", "contacts", ["C_EmailAddress", "C_FirstName", "C_LastName"], "all contacts")
    status = synced(one)
    return {"status": status, "count": one.get_export_count(), "rows": one.get_export_data()}


def import_():
    fields = ["C_EmailAddress", "C_FirstName", "C_LastName"]
    one = job("imports", "contacts", fields, "odd", options={"identifierFieldName": "C_EmailAddress"})
    one.post_data(ODD)
    status = synced(one)
    back = job(
        "exports",
        "contacts",
        fields,
        "odd back",
        prepare=lambda o: o.job["filters"].append(" '{{Contact.Field(C_EmailAddress)}}' ~ '%@odd.example' "),
    )
    synced(back)
    return {"status": status, "sent": ODD, "back": back.get_export_data()}


def rejects():
    one = job(
        "imports",
        "contacts",
        ["C_EmailAddress", "C_FirstName"],
        "bad",
        options={"identifierFieldName": "C_EmailAddress"},
    )
    one.post_data(
        [
            {"C_EmailAddress": "good@bad.example", "C_FirstName": "A"},
            {"C_EmailAddress": "no address", "C_FirstName": "B"},
        ]
    )
    status = synced(one)
    return {"status": status, "rejects": one.get_sync_rejects(), "logs": one.get_sync_logs()}


def lists():
    import requests

    one = bulk()
    found = requests.get(one.bulk_base + "/contacts/lists", auth=one.auth).json()["items"]
    chosen = found[0]
    list_id = int(chosen["uri"].rsplit("/", 1)[1])
    before = emails_on(list_id)
    added = ["one@list.example", "two@list.example"]
    put = job(
        "imports",
        "contacts",
        ["C_EmailAddress"],
        "to the list",
        options={"identifierFieldName": "C_EmailAddress"},
        prepare=lambda o: o.add_syncaction_list("add", list_name=chosen["name"]),
    )
    put.post_data([{"C_EmailAddress": email} for email in added])
    status = synced(put)
    return {"status": status, "before": len(before), "added": added, "members": emails_on(list_id)}


def custom_objects():
    import requests

    one = bulk()
    found = requests.get(one.bulk_base + "/customobjects", auth=one.auth).json()["items"]
    number = int(found[0]["uri"].rsplit("/", 1)[1])
    known = requests.get(f"{one.bulk_base}/customobjects/{number}/fields", auth=one.auth).json()["items"]
    own = [f["internalName"] for f in known if "Field[" in f["statement"]]
    kinds = {f["internalName"]: f["dataType"] for f in known}

    def count():
        export = job("exports", "customobjects", own, "records", obj_id=number)
        status = synced(export)
        return status, len(export.get_export_data())

    exported, before = count()
    values = {"date": "2026-03-01 10:00:00", "number": "7", "emailAddress": "cdo@odd.example"}
    record = {name: values.get(kinds[name], f"new-{name}-{time.time():.0f}") for name in own}
    put = job(
        "imports", "customobjects", own, "a record", obj_id=number, options={"identifierFieldName": own[0]}
    )
    put.post_data([record])
    imported = synced(put)
    return {
        "imported": imported,
        "exported": exported,
        "before": before,
        "after": count()[1],
        "logs": put.get_sync_logs(),
    }


def metrics():
    """The records that connectors have uploaded, with the address of the contact each is linked to."""
    return {name: _records_of(f"Certain {name.title()} Metrics") for name in ("engagement", "interest")}


def _records_of(object_name):
    import requests

    one = bulk()
    found = requests.get(one.bulk_base + "/customobjects", auth=one.auth).json()["items"]
    (number,) = (int(f["uri"].rsplit("/", 1)[1]) for f in found if f["name"] == object_name)
    known = requests.get(f"{one.bulk_base}/customobjects/{number}/fields", auth=one.auth).json()["items"]
    own = {f["internalName"]: f["name"] for f in known if "Field[" in f["statement"]}
    export = job(
        "exports",
        "customobjects",
        list(own),
        "metrics",
        obj_id=number,
        prepare=lambda o: o.add_linked_fields("contacts", ["C_EmailAddress"]),
    )
    status = synced(export)
    return {"status": status, "names": own, "rows": export.get_export_data()}


def activities():
    seen = {}
    for kind in (
        "EmailOpen",
        "EmailClickthrough",
        "EmailSend",
        "FormSubmit",
        "WebVisit",
        "PageView",
        "Bounceback",
        "Subscribe",
        "Unsubscribe",
    ):
        one = bulk()
        one.exports("activities", act_type=kind)
        one.add_fields()
        one.create_def("activities of " + kind)
        seen[kind] = [synced(one), len(one.get_export_data())]
    return seen


def external_activities():
    """The external activities; this release of pyeloqua has no list of their fields, so they are given."""
    one = bulk()
    fields = {
        "ActivityType": "{{Activity.Type}}",
        "ActivityDate": "{{Activity.CreatedAt}}",
        "EmailAddress": "{{Activity.Field(EmailAddress)}}",
        "ContactId": "{{Activity.Contact.Id}}",
        "AssetType": "{{Activity.Asset.Type}}",
        "AssetName": "{{Activity.Asset.Name}}",
        "CampaignId": "{{Activity.Campaign.Id}}",
    }
    one.job.update(
        job_type="exports",
        elq_object="activities",
        act_type="ExternalActivity",
        filters=[" '{{Activity.Type}}' = 'ExternalActivity' "],
        fields=[{"name": name, "statement": statement} for name, statement in fields.items()],
    )
    one.create_def("external activities")
    return {"status": synced(one), "rows": one.get_export_data()}


STORIES = {
    "login": login,
    "export": export,
    "import": import_,
    "rejects": rejects,
    "lists": lists,
    "custom_objects": custom_objects,
    "metrics": metrics,
    "activities": activities,
    "external_activities": external_activities,
}
sys.stdout.write(json.dumps(STORIES[sys.argv[1]]()))
