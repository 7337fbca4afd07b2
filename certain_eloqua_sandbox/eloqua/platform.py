"""Eloqua as one platform: its routes, its check of credentials, and the headers of every answer."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua import auth, bulk, door, rest, schema
from certain_eloqua_sandbox.eloqua.behaviours import BEHAVIOURS
from certain_eloqua_sandbox.eloqua.bulk.accepted_rules import ACCEPTED_RULES as BULK_RULES
from certain_eloqua_sandbox.eloqua.rest.accepted_rules import ACCEPTED_RULES as REST_RULES
from certain_eloqua_sandbox.eloqua.rest.errors import phrase
from certain_eloqua_sandbox.eloqua.seeds import plant as seeds
from certain_eloqua_sandbox.eloqua.settings import CHECKS, EloquaSettings
from certain_eloqua_sandbox.eloqua.views import tables as views
from certain_eloqua_sandbox.eloqua.views.person import side
from certain_eloqua_sandbox.seeds.seed import Seed
from certain_eloqua_sandbox.wire import Platform, Request, Response, json_response
from certain_eloqua_sandbox.world import World

P3P = 'CP="IDC DSP COR DEVa TAIa OUR BUS PHY ONL UNI COM NAV CNT STA"'


def create(world: World) -> None:
    """Create the tables of Eloqua, and the users who may log in."""
    schema.create(world)
    bulk.create_tables(world)
    rest.create_tables(world)
    auth.plant_users(world)


def admit(world: World, request: Request) -> Response | None:
    """Refuse a call without good credentials (401) or without permission (403)."""
    if any(routes.owns(request.path) for routes in (auth.IDENTITY, auth.OAUTH, rest.PREVIEWS)):
        return None
    if not request.header("authorization"):
        return json_response("Login required", 401, "Login required")
    user = auth.caller(world, request)
    if user is None:
        reason = "You are not authorized to make this request."
        return json_response(reason, 401, reason)
    if not user.may_use_api:
        return json_response("Forbidden", 403, "Forbidden")
    request.user = user.username
    return None


def refuse(request: Request, status: int, message: str) -> Response:
    """Word a refusal: the phrase stands in the status line and, as a JSON string, in the body."""
    if bulk.ROUTES.owns(request.path):
        return bulk.refuse(request, status, message)
    reason = phrase(status)
    return json_response(message if status == 501 else f"{reason} {message}".strip(), status, reason)


def decorate(world: World, request: Request, response: Response) -> None:
    """Add the headers of every answer, and force the status where the caller asks for it."""
    response.headers.setdefault("Cache-Control", "private")
    response.headers.setdefault("P3P", P3P)
    forced = request.header("x-http-status-code-override").strip()
    if forced.isdigit() and 200 <= int(forced) <= 599:
        response.headers["X-HTTP-Original-Status-Code"] = str(response.status)
        response.status, response.reason = int(forced), None


def plant(world: World, seed: Seed) -> None:
    """Fill an empty Eloqua with a seed."""
    seeds.plant(world, seed=seed.number, contacts=seed.contacts, people=seed.people)


PLATFORM = ELOQUA = Platform(
    name="eloqua",
    routes=(auth.IDENTITY, auth.OAUTH, bulk.ROUTES, rest.REST_1, rest.REST_2, rest.PREVIEWS),
    admit=admit,
    refuse=refuse,
    schema=create,
    decorate=decorate,
    settle=bulk.syncs.settle,
    plant=plant,
    credentials={
        "company": "Sandbox",
        "username": "demo",
        "password": "demo",
        "client_id": "demo",
        "client_secret": "demo",
    },
    label="Eloqua",
    title="Oracle Eloqua",
    accent="clay",
    tabs=views.TABS,
    tables=views.TABLES,
    counts=views.counts,
    person=side,
    door=door.DOOR,
    settings=EloquaSettings,
    setting_checks=CHECKS,
    watched=lambda world: {"open_definitions": views.open_definitions(world)},
    behaviours=BEHAVIOURS,
    accepted_rules=(("Eloqua Bulk", BULK_RULES), ("Eloqua REST", REST_RULES)),
    prefixes=("/api/", "/auth/"),
)
