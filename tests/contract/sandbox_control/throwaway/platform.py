"""A platform of one table and two routes, as a folder of the sandbox would hold it."""

from collections.abc import Mapping
from dataclasses import dataclass

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.behaviour import Behaviour
from certain_eloqua_sandbox.seeds.seed import Seed
from certain_eloqua_sandbox.views.sheets import Sheet, Side, Value
from certain_eloqua_sandbox.views.table import Column, Table
from certain_eloqua_sandbox.views.tabs import Tab
from certain_eloqua_sandbox.wire import Platform, Request, Response, Routes, json_response, transactional
from certain_eloqua_sandbox.world import World

API = Routes("/throwaway/v1")
DOOR = Routes("/_sandbox")


@dataclass(slots=True)
class ThrowawaySettings:
    """What tests may turn of it."""

    leads_per_call: float = 5


@API.answers("GET", "/leads", source="a test")
def leads(world: World, request: Request) -> Response:
    """List the names of the leads."""
    return json_response([row["name"] for row in world.rows("SELECT name FROM throwaway_leads ORDER BY id")])


@API.answers("POST", "/leads", source="a test")
def create_lead(world: World, request: Request) -> Response:
    """Create a lead."""
    world.run("INSERT INTO throwaway_leads (name) VALUES (?)", (request.json()["name"],))
    world.note("throwaway", "create", "lead", request.json()["name"])
    return json_response({}, 201)


@DOOR.answers("POST", "/throwaway/lead", source="a test")
@transactional
def edit_lead(world: World, request: Request) -> Response:
    """Rename all leads as a user of the platform."""
    world.run("UPDATE throwaway_leads SET name = ?", (request.json()["name"],))
    return json_response({})


def _person(world: World, email: str) -> Side:
    rows = world.rows("SELECT name FROM throwaway_leads WHERE name = ?", (email,))
    values = {"First name": Value("name", "Ann")}
    return Side([Sheet(row["name"], "", (), "Fields", {}, values) for row in rows], "No lead.")


def _admit(world: World, request: Request) -> Response | None:
    return None if request.header("x-key") == "open" else json_response("no key", 401)


def _schema(world: World) -> None:
    world.run("CREATE TABLE IF NOT EXISTS throwaway_leads (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")


def _plant(world: World, seed: Seed) -> None:
    world.run("INSERT INTO throwaway_leads (name) VALUES ('Planted')")


def _table(world: World, asked: Mapping[str, str]) -> Table:
    return Table("Leads", (Column("name", "Name", "t.name"),), "FROM throwaway_leads t", search=("t.name",))


PLATFORM = Platform(
    name="throwaway",
    routes=(API,),
    admit=_admit,
    refuse=lambda request, status, message: json_response({"throwaway": status}, status),
    schema=_schema,
    plant=_plant,
    credentials={"key": "open"},
    tables={"leads": _table},
    counts=lambda world: {"leads": int(world.value("SELECT COUNT(*) FROM throwaway_leads"))},
    label="Throwaway",
    title="The throw-away platform",
    tabs=(Tab("leads", "Leads"),),
    person=_person,
    door=DOOR,
    settings=ThrowawaySettings,
    setting_checks={"leads_per_call": bodies.number(0, 10)},
    watched=lambda world: {"leads_watched": 7},
    behaviours=(Behaviour("Throwaway", "Leads have names", "a test"),),
    accepted_rules=(("Throwaway", (("a name is to be unique", "a test"),)),),
    prefixes=("/throwaway",),
)
