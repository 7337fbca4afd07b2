"""Content of the planted Eloqua: folders, what is written in e-mails, pages and forms, and more assets.

The two forms with the ids 359 and 502 are here because a public live test-suite of another client expects
its account to have them: one found by its full name, one with processing steps that is changed.
"""

from __future__ import annotations

from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest.asset_folders import OWNERS, kind_of
from certain_eloqua_sandbox.world import World

MADE = 1_735_900_000.0  # 2025-01-03
FIRST_ROOT = 300

# (id, path of the asset type, name) below the topmost folder of the type
FOLDERS = (
    (340, "email", "Event E-Mails"),
    (341, "form", "Event Forms"),
    (342, "landingPage", "Event Pages"),
    (343, "dynamicContent", "Greetings"),
    (344, "contentSection", "Shared Sections"),
    (345, "image", "Logos"),
    (360, "contact/list", "Event Lists"),
    (361, "contact/list", "Roadshow Lists"),
    (362, "contact/list", "Partner Lists"),
    (370, "contact/segment", "Event Segments"),
    (380, "contact/filter", "Event Filters"),
    (390, "email/group", "Event Groups"),
    (395, "account/list", "Account Lists"),
)
PAGE = {"folderId": "342", "micrositeId": "16", "isContentProtected": "false"}
GREETING = '<p>Dear <span class="eloquaemail">C_FirstName</span>,</p>'


def _raw(title: str, text: str) -> dict[str, Any]:
    html = f"<html><head><title>{title}</title></head><body>{text}</body></html>"
    return {"htmlContent": {"type": "RawHtmlContent", "contentSource": "upload", "html": html}}


def _structured(title: str, text: str) -> dict[str, Any]:
    return {
        "htmlContent": {
            "type": "StructuredHtmlContent",
            "contentSource": "editor",
            "docType": "<!DOCTYPE html>",
            "htmlBody": f"<body><h1>{title}</h1>{text}</body>",
            "root": "<html></html>",
            "systemHeader": '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
        }
    }


def _email(subject: str, sender: str) -> dict[str, Any]:
    return {
        "subject": subject, "senderName": "Sandbox Events", "senderEmail": sender,
        "replyToName": "Sandbox Events", "replyToEmail": sender, "bounceBackEmail": "bounce@example.com",
        "encodingId": "3", "isTracked": "true", "sendPlainTextOnly": "false",
        "emailGroupId": "16", "emailHeaderId": "13", "emailFooterId": "14",
        "folderId": "340", "layout": "{}", "style": "{}", "plainText": subject,
    }  # fmt: skip


def _field(key: int, name: str, html_name: str, contact_field: str, **more: Any) -> dict[str, Any]:
    """Return a required text field of a form, made from a contact field."""
    return {
        "type": "FormField", "id": str(key), "name": name, "instructions": "", "htmlName": html_name,
        "style": '{"fieldSize":"large","labelPosition":"top"}', "dataType": "text", "displayType": "text",
        "createdFromContactFieldId": contact_field,
        "validations": [{
            "type": "FieldValidation", "id": str(key + 500), "depth": "complete", "isEnabled": "true",
            "name": "Required", "description": "Required", "message": "This field is required",
            "condition": {"type": "IsRequiredCondition"},
        }],
        **more,
    }  # fmt: skip


def _form(html_name: str, first: int) -> dict[str, Any]:
    """Return a form of fields, a group and a progressive profile, with a step that updates the contact."""
    email = _field(first, "Email Address", "emailAddress", "100001")
    return {
        "htmlName": html_name, "processingType": "internalProcessing", "folderId": "341", "style": "{}",
        "emailAddressFormFieldId": str(first), "isHidden": "false", "html": "", "customCSS": "",
        "elements": [
            email,
            _field(first + 1, "First Name", "firstName", "100002"),
            {"type": "FormFieldGroup", "id": str(first + 2), "name": "Company", "style": "{}",
             "fields": [_field(first + 3, "Company", "company", "100004")]},
            {"type": "ProgressiveProfile", "id": str(first + 4), "name": "More about you", "style": "{}",
             "stages": [{"type": "ProgressiveProfileStage", "id": str(first + 5), "name": "Stage 1",
                         "fields": [_field(first + 6, "City", "city", "100009")]}]},
            {"type": "FormField", "id": str(first + 7), "name": "Submit", "htmlName": "submit",
             "dataType": "text", "displayType": "submit", "style": "{}"},
        ],
        "processingSteps": [{
            "type": "FormStepCreateUpdateContactFromFormField", "id": str(first + 8),
            "name": "Update contacts", "execute": "always",
            "keyFieldId": "100001", "keyFieldMappingSourceId": str(first),
            "mappings": [
                {"type": "FormFieldUpdateMapping", "id": str(first + 9), "sourceFormFieldId": str(first),
                 "targetEntityFieldId": "100001", "updateType": "always"},
                {"type": "FormFieldUpdateMapping", "id": str(first + 10), "sourceFormFieldId": str(first + 1),
                 "targetEntityFieldId": "100002", "updateType": "always"},
            ],
        }],
    }  # fmt: skip


def _section(key: int, name: str, html: str) -> dict[str, Any]:
    return {
        "type": "ContentSection", "id": str(key), "name": name, "depth": "complete", "contentHtml": html,
        "contentText": name, "scope": "local", "size": {"type": "Size", "width": "200", "height": "100"},
    }  # fmt: skip


def _dynamic(first: int, hello: str, other: str, language: str) -> dict[str, Any]:
    return {
        "folderId": "343",
        "defaultContentSection": _section(first, "Default", f"<p>{hello}</p>"),
        "rules": [{
            "type": "DynamicContentRule", "id": str(first + 1), "depth": "complete",
            "statement": str(first + 2),
            "contentSection": _section(first + 3, language, f"<p>{other}</p>"),
            "criteria": [{
                "type": "ContactFieldCriterion", "id": str(first + 2), "fieldId": "100012",
                "condition": {"type": "TextValueCondition", "operator": "equal", "value": language},
            }],
        }],
    }  # fmt: skip


# What the assets planted by name hold: (kind, name) -> properties
WRITTEN: dict[tuple[str, str], dict[str, Any]] = {
    ("email", "Save the Date"): _email("Save the date", "events@example.com")
    | _raw("Save the date", f"{GREETING}<p>See you in spring.</p>"),
    ("email", "Invitation"): _email("You are invited", "events@example.com")
    | _structured("You are invited", GREETING),
    ("email", "Monthly Newsletter"): _email("News", "news@example.com")
    | _raw("News", "<p>What happened this month.</p>"),
    ("form", "Contact Us"): _form("contact-us", 1_001),
    ("form", "Newsletter Sign-Up"): _form("newsletter", 1_031),
    ("landing_page", "Summit 2025 – Home"): PAGE
    | _structured("Summit 2025", f"{GREETING}<p>Welcome.</p>"),
    ("landing_page", "Thank You"): PAGE
    | _raw("Thank you", "<p>Thank you.</p>"),
    ("email_header", "Standard Header"): {"body": "<p>Sandbox Events</p>", "plainText": "Sandbox Events"},
    ("email_footer", "Standard Footer"): {"body": "<p>Unsubscribe here</p>", "plainText": "Unsubscribe here"},
    ("image", "logo.png"): {
        "folderId": "345",
        "thumbnailUrl": "https://images.example.com/logo-small.png",
        "size": {"type": "Size", "width": "200", "height": "80"},
    },
    ("microsite", "www.example.com"): {"isSecure": "true", "isAuthenticated": "false"},
    ("content_section", "Speakers"): {
        "folderId": "344", "contentHtml": "<ul><li>Ada</li></ul>", "contentText": "Ada", "scope": "global",
        "size": {"type": "Size", "width": "300", "height": "200"},
    },
}  # fmt: skip
# (id, kind, name, properties)
MORE: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (40, "dynamic_content", "Greeting by Country", _dynamic(1_601, "Hello", "Guten Tag", "Germany")),
    (41, "dynamic_content", "Farewell by Country", _dynamic(1_611, "Goodbye", "Au revoir", "France")),
    (42, "field_merge", "First Name", {"syntax": '<span class="eloquaemail">First_Name1</span>',
                                       "contactFieldId": "100002", "defaultValue": "friend"}),
    (43, "hyperlink", "Summit 2025", {"href": "https://www.example.com/summit-2025"}),
    (44, "contact_view", "Default Contact View", {"fields": []}),
    (45, "account_view", "Default Account View", {"fields": []}),
    (359, "form", "Test Form for Integration Tests", _form("test-form", 1_061)),
    (502, "form", "Form with Processing Steps", _form("form-with-steps", 1_091)),
)  # fmt: skip
WITH_STATUS = ("email", "form", "landing_page")


def plant_folders(world: World) -> None:
    """Add the topmost folder of every type of asset, and a few below."""
    roots = {path: FIRST_ROOT + number for number, path in enumerate(OWNERS)}
    rows = [(key, path, "Root", {"isSystem": "true"}) for path, key in roots.items()]
    rows += [
        (key, path, name, {"isSystem": "false", "folderId": str(roots[path])}) for key, path, name in FOLDERS
    ]
    for key, path, name, body in rows:
        _insert(world, key, kind_of(path), name, body)


def plant_content(world: World) -> None:
    """Fill the planted assets, and add more of them."""
    for (kind, name), body in WRITTEN.items():
        world.run(
            "UPDATE eloqua_assets SET body = json_patch(body, ?) WHERE kind = ? AND name = ?",
            (orjson.dumps(body).decode(), kind, name),
        )
    for key, kind, name, body in MORE:
        _insert(world, key, kind, name, body)
    for kind in WITH_STATUS:
        world.run("UPDATE eloqua_assets SET status = 'Draft' WHERE kind = ? AND status IS NULL", (kind,))


def _insert(world: World, key: int, kind: str, name: str, body: dict[str, Any]) -> None:
    at = MADE + 3_600 * key
    world.run(
        "INSERT INTO eloqua_assets (id, kind, name, body, created_at, updated_at, created_by, updated_by) "
        "VALUES (?, ?, ?, ?, ?, ?, '8', '8')",
        (key, kind, name, orjson.dumps(body).decode(), at, at + 60),
    )
