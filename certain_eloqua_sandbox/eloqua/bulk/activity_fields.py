"""The fields of activities: which type has which, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from certain_eloqua_sandbox.eloqua.bulk.statements import Part

# internal name -> (statement, dataType)
COMMON = {
    "ActivityId": ("{{Activity.Id}}", "number"),
    "ActivityType": ("{{Activity.Type}}", "string"),
    "ActivityDate": ("{{Activity.CreatedAt}}", "date"),
    "ExternalId": ("{{Activity.ExternalId}}", "string"),
}
ASSET = {
    "AssetType": ("{{Activity.Asset.Type}}", "string"),
    "AssetName": ("{{Activity.Asset.Name}}", "string"),
    "AssetId": ("{{Activity.Asset.Id}}", "number"),
}
CAMPAIGN = {
    "CampaignId": ("{{Activity.Campaign.Id}}", "number"),
    "CRMCampaignId": ("{{Activity.Campaign.Field(CRMCampaignId)}}", "string"),
    "CampaignName": ("{{Activity.Campaign.Field(CampaignName)}}", "string"),
    "CampaignResponseDate": ("{{Activity.CampaignResponse.CreatedAt}}", "date"),
    "CampaignResponseMemberStatus": ("{{Activity.CampaignResponse.Field(MemberStatus)}}", "string"),
}
CONTACT = {"ContactId": ("{{Activity.Contact.Id}}", "number")}
VISITOR = {
    "VisitorId": ("{{Activity.Visitor.Id}}", "number"),
    "VisitorExternalId": ("{{Activity.Visitor.ExternalId}}", "string"),
}


def _own(*names: str, kind: str = "string") -> dict[str, tuple[str, str]]:
    return {name: (f"{{{{Activity.Field({name})}}}}", kind) for name in names}


EMAIL = _own("EmailAddress")
RECIPIENT = _own("EmailRecipientId")
DEPLOYMENT = {
    "DeploymentId": ("{{Activity.Field(EmailDeploymentId)}}", "number"),
    "EmailSendType": ("{{Activity.Field(EmailSendType)}}", "string"),
}
MESSAGE = _own("SubjectLine", "EmailWebLink")
ADDRESS = _own("IpAddress")
_SENT = COMMON | ASSET | CAMPAIGN | CONTACT | EMAIL | RECIPIENT | MESSAGE | DEPLOYMENT
_OPENED = _SENT | ADDRESS | VISITOR
_SUBSCRIPTION = COMMON | ASSET | CAMPAIGN | EMAIL | RECIPIENT

FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "EmailSend": _SENT,
    "EmailOpen": _OPENED,
    "EmailClickthrough": _OPENED | _own("EmailClickedThruLink"),
    "Subscribe": _SUBSCRIPTION,
    "Unsubscribe": _SUBSCRIPTION,
    "Bounceback": _SUBSCRIPTION
    | CONTACT
    | {"DeploymentId": ("{{Activity.Field(EmailDeploymentId)}}", "number")}
    | _own("SmtpErrorCode", "SmtpStatusCode", "SmtpMessage"),
    "FormSubmit": COMMON | ASSET | CAMPAIGN | CONTACT | VISITOR | _own("RawData"),
    "WebVisit": COMMON
    | CONTACT
    | VISITOR
    | ADDRESS
    | _own("ReferrerUrl", "NumberOfPages", "FirstPageViewUrl", "Duration", "WebVisitSavedId"),
    "PageView": COMMON
    | CAMPAIGN
    | CONTACT
    | VISITOR
    | ADDRESS
    | _own("WebVisitId", "Url", "ReferrerUrl", "IsWebTrackingOptedIn", "PageViewSavedId"),
    "ExternalActivity": COMMON | ASSET | CAMPAIGN | CONTACT | EMAIL,
    "SmsSend": COMMON | ASSET | CAMPAIGN | CONTACT,
    "SmsReply": COMMON | ASSET | CAMPAIGN | CONTACT,
    "SmsClickthrough": COMMON | ASSET | CAMPAIGN | CONTACT,
}
TYPES = {name.lower(): name for name in FIELDS} | {"external": "ExternalActivity"}
# {{Activity.Field(ExternalActivityType)}}, the sandbox's own: the name of an external activity's type. How
# Eloqua exports it is unpublished, so /activities/fields does not list it; {{Activity.Type}} is the enum.
EXTERNAL_TYPE = "externalactivitytype"
_JSON_FIELDS = {
    statement.split("(")[1].split(")")[0].lower(): statement.split("(")[1].split(")")[0]
    for fields in FIELDS.values()
    for statement, _ in fields.values()
    if statement.startswith("{{Activity.Field(")
}
_NUMBERS = {
    "numberofpages",
    "duration",
    "webvisitsavedid",
    "pageviewsavedid",
    "webvisitid",
    "emaildeploymentid",
}


def known(parts: Sequence[Part], alias: str) -> tuple[str, str, str | None, str] | None:
    """Return (SQL, kind, imported column, role) of a statement below ``Activity``, contacts aside."""
    path = ".".join(part.name for part in parts)
    simple: dict[str, tuple[str, str, str | None, str]] = {
        "id": (f"{alias}.id", "id", None, "id"),
        "type": (f"{alias}.type", "text", "", "type"),
        "createdat": (f"{alias}.happened_at", "time", "", "date"),
        "externalid": (f"{alias}.external_id", "text", None, ""),
        "asset.type": (f"{alias}.asset_type", "text", "", "asset_type"),
        "asset.name": (f"{alias}.asset_name", "text", "", "asset_name"),
        "asset.id": (f"{alias}.asset_id", "id", None, "asset_id"),
        "campaign.id": (f"{alias}.campaign_id", "id", "", "campaign_id"),
        "campaignresponse.createdat": (
            f"CAST(json_extract({alias}.fields, '$.CampaignResponseDate') AS TEXT)",
            "date",
            None,
            "",
        ),
        "visitor.id": (f"{alias}.visitor_id", "text", None, ""),
        "visitor.externalid": (f"{alias}.visitor_external_id", "text", None, ""),
    }
    if all(part.bare for part in parts):
        return simple.get(path)
    last = parts[-1]
    if last.name != "field" or last.text is None or not all(part.bare for part in parts[:-1]):
        return None
    name = last.text.lower()
    if path == "field":
        if name == "emailaddress":
            return f"{alias}.email", "text", None, "email"
        if name == EXTERNAL_TYPE:
            return f"{alias}.external_type", "text", None, ""
        if name in _JSON_FIELDS:
            kind = "number" if name in _NUMBERS else "text"
            return f"CAST(json_extract({alias}.fields, '$.{_JSON_FIELDS[name]}') AS TEXT)", kind, None, ""
    if path == "campaign.field" and name == "campaignname":
        sql = f"(SELECT k.name FROM eloqua_assets k WHERE k.kind = 'campaign' AND k.id = {alias}.campaign_id)"
        return sql, "text", None, ""
    if path == "campaign.field" and name == "crmcampaignid":
        return f"CAST(json_extract({alias}.fields, '$.CRMCampaignId') AS TEXT)", "text", None, ""
    if path == "campaignresponse.field" and name == "memberstatus":
        return (
            f"CAST(json_extract({alias}.fields, '$.CampaignResponseMemberStatus') AS TEXT)",
            "text",
            None,
            "",
        )
    return None
