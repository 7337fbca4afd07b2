"""Previews of e-mails and landing pages: a link, and behind it the page as a contact would see it.

The API answers with the link as a JSON string, or with the page itself where ``Accept`` asks for HTML first.
The link needs no login; a key in it shows that it was given out here.
"""

from __future__ import annotations

import hashlib
import html
import re
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.rest.asset_families import family_of
from certain_eloqua_sandbox.eloqua.rest.assets import row_of
from certain_eloqua_sandbox.eloqua.rest.errors import bad_parameter, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import ident
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response, Routes, html_response, json_response
from certain_eloqua_sandbox.world import World

PREVIEWS = Routes("/preview", ignore_case=True)
SOURCE = "seen in a public client"
_MERGE = re.compile(r'<span class="?eloquaemail"?\s*>\s*([\w.]+)\s*</span>', re.IGNORECASE)


def _key(kind: str, asset: int, contact: int) -> str:
    return hashlib.sha256(f"preview|{kind}|{asset}|{contact}".encode()).hexdigest()[:32]


def _preview(world: World, request: Request, id: str, kind: str) -> Response:
    row = row_of(world, family_of(kind), ident(id))
    contact = ident(request.param("contactId") or "0", "contactId") if request.param("contactId") else 0
    if contact and not world.value("SELECT 1 FROM contacts WHERE id = ?", (contact,)):
        raise bad_parameter("contactId", contact, "RelationshipRequirement")
    if request.header("accept").lstrip().lower().startswith("text/html"):
        return html_response(_page(world, kind, row["id"], contact))
    key = _key(kind, row["id"], contact)
    return json_response(f"{request.origin}/preview/{kind}/{row['id']}/{contact}/{key}")


@answers("GET", "/assets/email/{id}/preview", source=SOURCE)
def preview_email(world: World, request: Request, id: str) -> Response:
    """Give a link to an e-mail as a contact would see it."""
    return _preview(world, request, id, "email")


@answers("GET", "/assets/landingPage/{id}/preview", source=SOURCE)
def preview_page(world: World, request: Request, id: str) -> Response:
    """Give a link to a landing page as a contact would see it."""
    return _preview(world, request, id, "landing_page")


@PREVIEWS.answers("GET", "/{kind}/{asset:int}/{contact:int}/{key}", source=SOURCE)
def show_preview(world: World, request: Request, kind: str, asset: int, contact: int, key: str) -> Response:
    """Show an e-mail or a landing page."""
    if kind not in ("email", "landing_page") or key != _key(kind, asset, contact):
        raise not_found()
    return html_response(_page(world, kind, asset, contact))


def _page(world: World, kind: str, asset: int, contact: int) -> str:
    row = row_of(world, family_of(kind), asset)
    content: dict[str, Any] = orjson.loads(row["body"]).get("htmlContent", {})
    text = str(content.get("htmlBody") or content.get("html") or "")
    if "<body" not in text.lower():
        text = f"<body>{text}</body>"
    if "<html" not in text.lower():
        title = html.escape(row["name"])
        head = str(content.get("systemHeader") or "")
        text = f'<html><head><meta charset="utf-8"><title>{title}</title>{head}</head>{text}</html>'
    return _MERGE.sub(lambda found: html.escape(_merged(world, contact, found[1])), text)


def _merged(world: World, contact: int, name: str) -> str:
    """Return the value of a contact's field; the name is the internal one, with or without ``C_``."""
    for field in schema.fields_of(world, "contact"):
        if field.internal_name.lower() in (
            name.lower(),
            f"c_{name.lower()}",
            f"c_{name.lower().rstrip('1')}",
        ):
            return str(world.value(f"SELECT {field.column} FROM contacts WHERE id = ?", (contact,)) or "")
    return ""
