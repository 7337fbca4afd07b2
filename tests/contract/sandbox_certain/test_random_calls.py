"""Whatever is thrown at it, Certain answers as documented: never a 500, never an unknown shape."""

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certain_eloqua_sandbox.certain.platform import CERTAIN
from certain_eloqua_sandbox.certain.seeds import plant as seed
from certain_eloqua_sandbox.server import Sandbox
from certain_eloqua_sandbox.wire import Request, all_routes
from certain_eloqua_sandbox.world import World

WORLD = World()
CERTAIN.schema(WORLD)
seed.plant(WORLD, seed=1)
SANDBOX = Sandbox(WORLD, (CERTAIN,))
HEADERS = {"authorization": "Basic ZGVtbzpkZW1v", "accept": "application/json"}
CODES = WORLD.value("SELECT registrationCode FROM certain_registrations WHERE pkEventId = 90211")

KNOWN = {
    "account": ["NWIND", "NWIND-EU"], "event": ["NWSUMMIT27", "NWROAD26", "NWEXPO25", "NWEMPTY27"],
    "registration": [CODES], "code": [CODES, "VIP", "KEY-01", "WS-ML-01", "HALL-A"], "pin": ["P-5530001"],
    "instance": ["6001", "6002"], "location": ["BER-1"], "username": ["demo"],
}  # fmt: skip
MEMBERS = [
    "profile", "firstName", "lastName", "email", "profilePin", "pin", "externalKey", "address", "isActive",
    "points", "registrationStatusLabel", "attendeeTypeCode", "activityCode", "registrationCode", "status",
    "name", "tag", "tags", "startDate", "endDate", "eventName", "eventCode", "registrationQuestions",
    "question", "questionName", "answers", "answer", "checkins", "properties", "inventory", "capacity",
    "registeredQuantity", "pkProfileId", "sessionCode", "sessionTitle", "noOfInstances", "duration",
    "instanceId", "locationCode", "username", "speaker", "isTestMode",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(["", "Registered", "New", "VIP", "true", "6001", "-1", "9" * 25, "2027-05-04T09:00:00",
    "ai",
                     "05/04/2027 09:00:00", "9999-12-31T23:59:59", "KEY-01", CODES]),
    st.text(max_size=8),
)  # fmt: skip
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), TEXTS)
BODIES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS),
    inner, max_size=6)),
    max_leaves=12,
)  # fmt: skip
QUERIES = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["max_results", "start_index", "order_by", "includeList", "profileIdentifier", "allowduplicates",
             "dateModified_after", "startDate_before", "email", "isActive", "pkRegId", "eventId",
             "registrationCode",
             "listFields", "limit", "points", "status", "instanceId", "dateModified"]
        ),
        st.text(string.ascii_letters + "_'\"-;", max_size=6),
    ),
    st.one_of(
        TEXTS,
        st.sampled_from(["SYNC_EMAIL", "EXTERNAL", "no", "tags,inventory", "dateModified_asc",
        "lastName_desc", "0"]),
    ),
    max_size=4,
)  # fmt: skip


@st.composite
def calls(draw):
    route = draw(st.sampled_from([route for _, route in all_routes((CERTAIN,)) if route.handler]))
    path = route.template
    for name in route.pattern.groupindex:
        value = draw(
            st.one_of(
                st.sampled_from(KNOWN.get(name, ["x"])),
                st.text(string.ascii_letters + "%20-.", min_size=1, max_size=4),
            )
        )
        path = path.replace(f"{{{name}}}", value)
    body = draw(st.one_of(st.dictionaries(st.sampled_from(MEMBERS), BODIES, max_size=8), BODIES))
    return route.method, path, draw(QUERIES), body


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(calls())
def test_no_call_makes_it_fail(call):
    import orjson

    method, path, query, body = call
    try:
        raw = orjson.dumps(body)
    except TypeError:  # integers beyond 64 bits
        import json

        raw = json.dumps(body).encode()
    request = Request(method, path, {name: [value] for name, value in query.items()}, HEADERS, raw)
    with WORLD.transaction():
        WORLD.run("SAVEPOINT draw")
        answer = SANDBOX.answer(request)
        WORLD.run("ROLLBACK TO draw")
    text = b"".join(answer.parts)
    assert answer.status in (200, 400, 403, 404, 405), (method, path, query, body, text[:400])
    if answer.status == 200:
        assert isinstance(orjson.loads(text), dict)
    elif path.startswith("/certainExternal"):
        assert f"HTTP Status {answer.status} - ".encode() in text
    else:
        assert orjson.loads(text)["status"] == str(answer.status)
