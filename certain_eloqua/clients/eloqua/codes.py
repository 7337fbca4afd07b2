"""Eloqua's status codes in plain words, for the person who reads why a row was refused.

Source: Oracle, "Eloqua status codes". ELQ-00040's own text is not published; it is seen in rejects.
"""

EXPORTED = "ELQ-00102"
STAGED = "ELQ-00130"
PROCESSED = "ELQ-00001"
CREATED = "ELQ-00004"
UPDATED = "ELQ-00022"
RECORDS_CREATED = "ELQ-00007"
RECORDS_UPDATED = "ELQ-00012"
RECORDS_LINKED = "ELQ-00025"
REJECTED = "ELQ-00060"
BAD_VALUE = "ELQ-00040"
ADDED_TO_LIST = "ELQ-00119"
REMOVED_FROM_LIST = "ELQ-00118"
ACTIVITIES_CREATED = "ELQ-00069"
NO_DATA = "ELQ-00124"
NO_CONTACT = "ELQ-00085"

TEMPORARY = frozenset({"ELQ-00105", "ELQ-00107", "ELQ-00139", "ELQ-00141", "ELQ-00146"})
"""Errors for which Oracle says: clear the staging, upload again, sync (00146: after an hour)."""

_MEANING = {
    "ELQ-00002": "the e-mail address is not valid for Eloqua",
    "ELQ-00011": "the same e-mail address came twice",
    "ELQ-00026": "the same person came twice, or several contacts match",
    "ELQ-00032": "the row could not be read",
    "ELQ-00034": "no contact matches",
    "ELQ-00040": "a value does not fit its field; the rest of the row was taken",
    "ELQ-00048": "the contact exists already",
    "ELQ-00055": "the campaign does not exist",
    "ELQ-00059": "the row is empty",
    "ELQ-00060": "the row was refused",
    "ELQ-00061": "a required value is missing",
    "ELQ-00070": "the activity type does not exist",
    "ELQ-00072": "the asset type does not exist",
    "ELQ-00085": "the contact does not exist",
    "ELQ-00105": "Eloqua could not process the uploaded file",
    "ELQ-00107": "Eloqua could not process the uploaded data",
    "ELQ-00109": "Eloqua could not read the uploaded file",
    "ELQ-00111": "a column is not part of the definition and was ignored",
    "ELQ-00112": "the identifying field is not among the fields",
    "ELQ-00121": "a column of the definition was not uploaded",
    "ELQ-00122": "the definition is not valid any more",
    "ELQ-00124": "there was no data",
    "ELQ-00132": "the campaign is not active",
    "ELQ-00135": "too many contacts match",
    "ELQ-00136": "Eloqua's staging area is full",
    "ELQ-00139": "Eloqua could not stage the rows",
    "ELQ-00141": "Eloqua could not write the exported rows",
    "ELQ-00143": "the definition was deleted before its sync ended",
    "ELQ-00144": "values were refused in some rows",
    "ELQ-00146": "a temporary error in Eloqua; it asks for an hour's patience",
}


def meaning(code: str, message: str = "") -> str:
    """The code in plain words, or Eloqua's own message when the code is not known here."""
    return _MEANING.get(code) or message or "no reason given"
