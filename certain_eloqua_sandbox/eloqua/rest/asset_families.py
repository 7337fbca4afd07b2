"""The types of assets, and what completes the body of each. What they share is in ``assets``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox.eloqua.rest import asset_bodies, forms, workflow_steps
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import Numbering, ids_inside, objects
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value
from certain_eloqua_sandbox.world import World

# Completes a kept body: (world, body, the body kept before, the asset's id or None).
Prepare = Callable[[World, dict[str, Any], dict[str, Any], int | None], None]


@dataclass(frozen=True, slots=True)
class Family:
    """A type of assets: where it answers, whether it can be written, and what a new one begins with."""

    kind: str
    type: str
    one: str
    many: str
    writable: bool = False
    made: bool = True  # of a writable one: it can be created, not only changed and deleted
    prepare: Prepare | None = None
    draft: bool = False  # has a currentStatus
    defaults: tuple[tuple[str, str], ...] = ()
    at_minimal: tuple[str, ...] = ("folderId",)  # properties of the body that the minimal depth shows


def _html(object_type: str) -> Prepare:
    def prepare(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
        asset_bodies.with_html(body, object_type, key)

    return prepare


def _section(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a content section."""
    body.setdefault("contentHtml", "")
    body.setdefault("contentText", "")
    body.setdefault("scope", "global")
    body.setdefault("size", {"type": "Size", "width": "0", "height": "0"})


def _dynamic(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a dynamic content: its default section, and the rules, each with a statement."""
    parts = Numbering(world, ids_inside(old))
    section = body.setdefault("defaultContentSection", {"name": "Default"})
    rules = body.setdefault("rules", [])
    for name, value, kind in (("defaultContentSection", section, dict), ("rules", rules, list)):
        if not isinstance(value, kind):
            raise bad_value("DynamicContent", name, value, "ContentRequirement", object_id=key)
    for rule in objects(rules):
        if not rule.get("statement"):
            raise bad_value("DynamicContent", "rules", None, "NotNullRequirement", object_id=key)
        rule.setdefault("type", "DynamicContentRule")
    sections = [section, *objects([rule.get("contentSection") for rule in objects(rules)])]
    for one in sections:
        one.setdefault("type", "ContentSection")
        one.setdefault("scope", "local")
        one.setdefault("contentHtml", "")
        one.setdefault("contentText", "")
    criteria = [one for rule in objects(rules) for one in objects(rule.get("criteria"))]
    for part in (*sections, *objects(rules), *criteria):
        parts.number(part)


def _program(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a program; it stays a draft, as nothing runs it."""
    if not isinstance(body.setdefault("elements", []), list):
        raise bad_value("Program", "elements", body["elements"], "ContentRequirement", object_id=key)
    workflow_steps.number_steps(world, body["elements"], old.get("elements"))


_EMAIL = (
    ("encodingId", "3"),
    ("isTracked", "true"),
    ("layout", "{}"),
    ("plainText", ""),
    ("sendPlainTextOnly", "false"),
    ("style", "{}"),
)
_PAGE = (("isContentProtected", "false"), ("layout", "{}"), ("style", "{}"))

FAMILIES = (
    Family("email", "Email", "/assets/email", "/assets/emails", True, prepare=_html("Email"), draft=True,
           defaults=_EMAIL, at_minimal=("folderId", "subject", "previewText")),
    Family("email_header", "EmailHeader", "/assets/email/header", "/assets/email/headers", True),
    Family("email_footer", "EmailFooter", "/assets/email/footer", "/assets/email/footers", True),
    Family("form", "Form", "/assets/form", "/assets/forms", True, prepare=forms.prepare, draft=True,
           defaults=(("processingType", "internalProcessing"),), at_minimal=("folderId", "htmlName")),
    Family("landing_page", "LandingPage", "/assets/landingPage", "/assets/landingPages", True,
           prepare=_html("LandingPage"), draft=True, defaults=_PAGE, at_minimal=("folderId", "relativePath")),
    Family("image", "ImageFile", "/assets/image", "/assets/images", True, made=False,
           at_minimal=("folderId", "fullImageUrl", "thumbnailUrl", "size")),
    Family("microsite", "Microsite", "/assets/microsite", "/assets/microsites", True),
    Family("content_section", "ContentSection", "/assets/contentSection", "/assets/contentSections", True,
           prepare=_section, at_minimal=("folderId", "scope", "size")),
    Family("dynamic_content", "DynamicContent", "/assets/dynamicContent", "/assets/dynamicContents", True,
           prepare=_dynamic),
    Family("field_merge", "FieldMerge", "/assets/fieldMerge", "/assets/fieldMerges", True),
    Family("hyperlink", "Hyperlink", "/assets/hyperlink", "/assets/hyperlinks", True),
    Family("imported_file", "ImportedFile", "/assets/importedFile", "/assets/importedFiles"),
    Family("program", "Program", "/assets/program", "/assets/programs", True, prepare=_program, draft=True),
    Family("event", "EventRegistration", "/assets/eventRegistration", "/assets/eventRegistrations"),
    Family("contact_view", "ContactView", "/assets/contact/view", "/assets/contact/views"),
    Family("account_view", "AccountView", "/assets/account/view", "/assets/account/views"),
    Family("tracked_url", "TrackedUrl", "/assets/trackedUrl", "/assets/trackedUrls"),
)  # fmt: skip
# An asset that others point to cannot be deleted: kind -> (kinds that point, their property)
POINTERS = {
    "email_header": (("email",), "emailHeaderId"),
    "email_footer": (("email",), "emailFooterId"),
    "microsite": (("landing_page",), "micrositeId"),
}


def family_of(kind: str) -> Family:
    """Return the family of a kind. Raises ``StopIteration`` for an unknown one."""
    return next(family for family in FAMILIES if family.kind == kind)
