"""Certain as one platform: its routes, its check of credentials, its refusals, its seeds and views."""

from __future__ import annotations

from certain_eloqua_sandbox.certain.accepted_rules import ACCEPTED_RULES
from certain_eloqua_sandbox.certain.access import admit
from certain_eloqua_sandbox.certain.answers import refuse
from certain_eloqua_sandbox.certain.behaviours import BEHAVIOURS
from certain_eloqua_sandbox.certain.door import DOOR
from certain_eloqua_sandbox.certain.routes import API, STANDARD, SVCS
from certain_eloqua_sandbox.certain.schema import create_tables
from certain_eloqua_sandbox.certain.seeds import plant as seeds
from certain_eloqua_sandbox.certain.settings import CHECKS, CertainSettings
from certain_eloqua_sandbox.certain.views import tables as views
from certain_eloqua_sandbox.certain.views.person import side
from certain_eloqua_sandbox.seeds.seed import Seed
from certain_eloqua_sandbox.wire import Platform, add_routes
from certain_eloqua_sandbox.world import World

add_routes(
    "certain_eloqua_sandbox.certain",
    "accounts",
    "agenda_items",
    "appointments",
    "attendee_types",
    "door",
    "events",
    "locations",
    "missing",
    "profiles",
    "registration_agendas",
    "registrations",
    "session_registrations",
    "sessions",
    "statuses",
)


def plant(world: World, seed: Seed) -> None:
    """Fill an empty Certain with a seed."""
    seeds.plant(world, seed=seed.number, people=seed.people, registrations=seed.registrations)


PLATFORM = CERTAIN = Platform(
    name="certain",
    routes=(API, STANDARD, SVCS),
    admit=admit,
    refuse=refuse,
    schema=create_tables,
    plant=plant,
    credentials={"username": "demo", "password": "demo", "account": "NWIND"},
    label="Certain",
    title="Certain",
    accent="sea",
    tabs=views.TABS,
    tables=views.TABLES,
    counts=views.counts,
    person=side,
    door=DOOR,
    settings=CertainSettings,
    setting_checks=CHECKS,
    behaviours=BEHAVIOURS,
    accepted_rules=(("Certain", ACCEPTED_RULES),),
    prefixes=("/certainexternal", "/svcs"),
)
