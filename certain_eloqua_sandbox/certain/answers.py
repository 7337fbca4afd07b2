"""How Certain words its answers: JSON or XML by ``Accept``, and servlet-container pages for errors."""

from __future__ import annotations

import html
import re
from http import HTTPStatus
from typing import Any, NoReturn
from xml.sax.saxutils import escape

import orjson

from certain_eloqua_sandbox.certain.settings import settings
from certain_eloqua_sandbox.wire import Refusal, Request, Response, html_response, json_response, shortened
from certain_eloqua_sandbox.world import World

API_2 = "/certainExternal/service/v1"
STANDARD_2 = "/api/standard/2.0"
SVCS_3 = "/svcs/api/3.0"
XML = "application/xml; charset=utf-8"

_QUOTED = re.compile("'(.*)'", re.DOTALL)  # to the last quote: the value may have some of its own
_DESCRIPTIONS = {
    400: "The request sent by the client was syntactically incorrect.",
    401: "This request requires HTTP authentication.",
    403: "Access to the specified resource has been forbidden.",
    404: "The requested resource is not available.",
    405: "The specified HTTP method is not allowed for the requested resource.",
    501: "The server does not support the functionality needed to fulfill this request.",
}
_PAGE = """<html><head><title>Apache Tomcat/7.0.109 - Error report</title></head><body>\
<h1>HTTP Status {status} - {message}</h1><HR size="1" noshade="noshade"><p><b>type</b> Status report</p>\
<p><b>message</b> <u>{message}</u></p><p><b>description</b> <u>{description}</u></p>\
<HR size="1" noshade="noshade"><h3>Apache Tomcat/7.0.109</h3></body></html>"""


def refuse(request: Request, status: int, message: str) -> Response:
    """Word a refusal as the generation of the API that was asked does it."""
    message = message or HTTPStatus(status).phrase
    if not request.path.startswith(API_2):
        return json_response({"status": str(status), "message": message}, status)
    page = _PAGE.format(
        status=status,
        message=html.escape(message, quote=False),
        description=_DESCRIPTIONS.get(status, message),
    )
    return html_response(page, status)


def stop(request: Request, status: int, message: str) -> NoReturn:
    """End the request with a refusal; an overlong value that the message quotes is cut."""
    message = _QUOTED.sub(lambda found: f"'{shortened(found[1])}'", message)
    raise Refusal(refuse(request, status, message))


def wants_json(accept: str) -> bool:
    """Return whether JSON is asked for by name and XML is not asked for first."""
    quality = {"json": 0.0, "xml": 0.0}
    for choice in accept.lower().split(","):
        media, _, rest = choice.strip().partition(";")
        for kind in quality:
            if media.strip() == f"application/{kind}":
                try:
                    weight = float(rest.partition("q=")[2].partition(";")[0] or 1)
                except ValueError:
                    weight = 1.0
                quality[kind] = max(quality[kind], weight)
    if quality["json"] == quality["xml"] > 0:
        return accept.lower().index("application/json") < accept.lower().index("application/xml")
    return quality["json"] > quality["xml"]


def answer(world: World, request: Request, value: dict[str, Any], singular: str) -> Response:
    """Answer one object, ``singular`` being the name of its element in XML."""
    if wants_json(request.header("accept")):
        body = unwrapped(value) if settings(world).xmlish_lists else value
        return Response(200, (orjson.dumps(body),))
    return _xml(f"<{singular}>{elements(value)}</{singular}>")


def answer_page(
    world: World, request: Request, envelope: dict[str, Any], plural: str, singular: str
) -> Response:
    """Answer a collection; in XML ``collection/<plural>/<singular>``."""
    if wants_json(request.header("accept")):
        body = unwrapped(envelope) if settings(world).xmlish_lists else envelope
        return Response(200, (orjson.dumps(body),))
    scalars = elements({name: value for name, value in envelope.items() if name != plural})
    items = "".join(f"<{singular}>{elements(item)}</{singular}>" for item in envelope[plural])
    return _xml(f"<collection>{scalars}<{plural}>{items}</{plural}></collection>")


def _xml(text: str) -> Response:
    return Response(200, (b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', text.encode()), XML)


def elements(value: Any) -> str:
    """Return a value as XML content; a list repeats the element it stands in, a ``null`` is left out."""
    if isinstance(value, dict):
        return "".join(_element(name, member) for name, member in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return escape("".join(sign for sign in str(value) if sign >= " " or sign in "\t\n\r"))


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    return "" if value is None else f"<{name}>{elements(value)}</{name}>"


def unwrapped(value: Any) -> Any:
    """Return a value as a server that makes its JSON from XML prints it.

    A repeated element that occurs once looks like a single one, and one that does not occur is null.
    """
    if isinstance(value, dict):
        return {name: unwrapped(member) for name, member in value.items()}
    if isinstance(value, list):
        items = [unwrapped(item) for item in value]
        return items if len(items) > 1 else (items[0] if items else None)
    return value
