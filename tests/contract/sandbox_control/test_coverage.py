"""The coverage page is what the code generates."""

from certain_eloqua_sandbox import coverage
from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.wire import all_routes


def test_the_page_is_up_to_date() -> None:
    written = coverage.PAGE.read_text(encoding="utf-8") if coverage.PAGE.exists() else ""

    assert written == coverage.generate(), "run `python -m certain_eloqua_sandbox.coverage --write`"


def test_every_operation_has_a_summary_and_a_source() -> None:
    for platform, route in all_routes(platforms()):
        assert route.summary.strip(), f"{platform.name} {route.method} {route.template}"
        assert route.source.strip(), f"{platform.name} {route.method} {route.template}"
