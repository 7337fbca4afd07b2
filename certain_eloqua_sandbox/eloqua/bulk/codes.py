"""ELQ status codes: the words of the log, the words of a reject, and how grave each is."""

from __future__ import annotations

INFORMATION, WARNING, ERROR = "information", "warning", "error"

# code: (severity, message in a log). Words are literals of the protocol.
LOG: dict[str, tuple[str, str | None]] = {
    "ELQ-00001": (INFORMATION, "Total records processed."),
    "ELQ-00002": (WARNING, "Invalid email addresses."),
    "ELQ-00003": (INFORMATION, "Total records remaining after duplicates are rejected."),
    "ELQ-00004": (INFORMATION, "Contacts created."),
    "ELQ-00005": (INFORMATION, "Accounts created."),
    "ELQ-00007": (INFORMATION, "CustomObject data created."),
    "ELQ-00011": (WARNING, "Duplicate email addresses."),
    "ELQ-00012": (INFORMATION, "CustomObject data updated."),
    "ELQ-00016": (INFORMATION, "Contacts email marked as bounced."),
    "ELQ-00017": (INFORMATION, "Contacts email marked as unsubscribed."),
    "ELQ-00022": (INFORMATION, "Contacts updated."),
    "ELQ-00023": (INFORMATION, "Accounts updated."),
    "ELQ-00025": (INFORMATION, "CustomObject data linked."),
    "ELQ-00026": (WARNING, "Duplicate identifier."),
    "ELQ-00032": (WARNING, "Malformed records."),
    "ELQ-00033": (INFORMATION, "Email addresses created."),
    "ELQ-00034": (WARNING, "Total unmatched records."),
    "ELQ-00035": (INFORMATION, "Email addresses updated."),
    "ELQ-00039": (WARNING, "Invalid opportunity stage."),
    "ELQ-00040": (WARNING, "Invalid field values."),  # text not published
    "ELQ-00048": (WARNING, "Contact already exists."),
    "ELQ-00049": (INFORMATION, "Total new records."),
    "ELQ-00055": (WARNING, "Campaign not found."),
    "ELQ-00059": (WARNING, "Empty records."),
    "ELQ-00060": (INFORMATION, "Total rejected records."),
    "ELQ-00061": (WARNING, "Rejected records (missing fields)."),
    "ELQ-00062": (WARNING, "Duplicate account linkage."),
    "ELQ-00068": (INFORMATION, "Assets created."),
    "ELQ-00069": (INFORMATION, "Activities created."),
    "ELQ-00070": (WARNING, "Activity Type not found."),
    "ELQ-00071": (INFORMATION, None),  # seen without a message
    "ELQ-00072": (WARNING, "Asset Type not found."),
    "ELQ-00077": (INFORMATION, "Event data created."),
    "ELQ-00078": (INFORMATION, "Event data linked."),
    "ELQ-00079": (INFORMATION, "Event data updated."),
    "ELQ-00084": (WARNING, "Opportunity does not exist."),
    "ELQ-00085": (WARNING, "Contact does not exist."),
    "ELQ-00101": (INFORMATION, "Sync processed for sync {syncId}, resulting in {status} status."),
    "ELQ-00102": (INFORMATION, "Successfully exported members to csv file."),
    "ELQ-00106": (INFORMATION, "Successfully converted csv file to sqlite, taking {kbUsed} kb."),
    "ELQ-00111": (WARNING, "Field {field} is not part of import definition, and will be ignored."),
    "ELQ-00114": (INFORMATION, "Added members to Account List {listId}."),
    "ELQ-00115": (INFORMATION, "Subscribed members to Email Group {groupId}."),
    "ELQ-00116": (INFORMATION, "Unsubscribed members from Email Group {groupId}."),
    "ELQ-00117": (INFORMATION, "Removed members from Account List {listId}."),
    "ELQ-00118": (INFORMATION, "Removed members from Contact List {listId}."),
    "ELQ-00119": (INFORMATION, "Added members to Contact List {listId}."),
    "ELQ-00121": (WARNING, "Field {field} is part of import definition, but not included in file {file}."),
    "ELQ-00122": (
        ERROR,
        "Validation errors found on sync {syncId} for user {userId}. Sync will NOT proceed.",
    ),
    "ELQ-00123": (INFORMATION, "identifierFieldName will be ignored since Activities are never updated."),
    "ELQ-00124": (WARNING, "There was no data available to process."),
    "ELQ-00125": (WARNING, "Constraint failed."),
    "ELQ-00126": (ERROR, "There are no fields to process in the file {file}."),
    "ELQ-00127": (ERROR, "There are no mapped fields in the file {file}."),
    "ELQ-00128": (INFORMATION, "Updated members status to {status} in service instance {instanceML}."),
    "ELQ-00130": (INFORMATION, "Total records staged for import."),
    "ELQ-00131": (INFORMATION, "Deleted internal staging for data transfer."),
    "ELQ-00132": (WARNING, "Campaign not active."),
    "ELQ-00137": (INFORMATION, "Ready for data import processing."),
    "ELQ-00138": (INFORMATION, "Contacts email marked as subscribed."),
    "ELQ-00140": (INFORMATION, "Records staged for sync actions."),
    "ELQ-00143": (
        ERROR,
        "Sync Recovery Worker could not recover from sync error. {syncProductType} definition for id "
        "{syncReferenceId} has been deleted.",
    ),
    "ELQ-00144": (INFORMATION, "Total records with rejected fields."),
    "ELQ-00146": (ERROR, "The sync failed because of a temporary error."),
}

# Of severity warning, but no reason to end as one: a file may well leave a field of its definition alone.
REMARKS = frozenset({"ELQ-00121"})

# Messages of rejects; the reference has "Invalid email address." and "Multiple matches." from recordings.
REJECT = {
    "ELQ-00002": "Invalid email address.",
    "ELQ-00011": "Duplicate email address.",
    "ELQ-00026": "Multiple matches.",
    "ELQ-00032": "Malformed record.",
    "ELQ-00034": "Unmatched record.",
    "ELQ-00039": "Invalid opportunity stage.",
    "ELQ-00040": "Invalid field value.",
    "ELQ-00048": "Contact already exists.",
    "ELQ-00055": "Campaign not found.",
    "ELQ-00059": "Empty record.",
    "ELQ-00061": "Rejected record (missing field).",
    "ELQ-00062": "Duplicate account linkage.",
    "ELQ-00070": "Activity Type not found.",
    "ELQ-00072": "Asset Type not found.",
    "ELQ-00084": "Opportunity does not exist.",
    "ELQ-00085": "Contact does not exist.",
    "ELQ-00125": "Constraint failed.",
    "ELQ-00132": "Campaign not active.",
}

# The order in which an import's log names what it dropped, before the duplicates and what remained.
DROPPED_FIRST = (
    "ELQ-00032", "ELQ-00059", "ELQ-00061", "ELQ-00002", "ELQ-00011", "ELQ-00034", "ELQ-00048", "ELQ-00125",
    "ELQ-00039",
    "ELQ-00072", "ELQ-00070", "ELQ-00055", "ELQ-00132", "ELQ-00084", "ELQ-00085", "ELQ-00062", "ELQ-00040",
)  # fmt: skip
