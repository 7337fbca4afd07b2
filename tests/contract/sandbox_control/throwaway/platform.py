"""A platform of one table and two routes, as a folder of the sandbox would hold it."""

from collections.abc import Mapping

from certain_eloqua_sandbox.seeds.seed import Seed
from certain_eloqua_sandbox.views.table import Column, Table
from certain_eloqua_sandbox.wire import Platform, Request, Response, Routes, json_response
from certain_eloqua_sandbox.world import World

API = Routes("/throwaway/v1")


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
    rooms=(API,),
    admit=_admit,
    refuse=lambda request, status, message: json_response({"throwaway": status}, status),
    schema=_schema,
    plant=_plant,
    credentials={"key": "open"},
    tables={"leads": _table},
    counts=lambda world: {"leads": int(world.value("SELECT COUNT(*) FROM throwaway_leads"))},
    prefixes=("/throwaway",),
)
