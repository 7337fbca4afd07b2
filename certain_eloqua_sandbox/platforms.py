"""The platforms of the sandbox, in the order in which a path is offered to them."""

from __future__ import annotations

from certain_eloqua_sandbox.wire import Platform


def platforms() -> tuple[Platform, ...]:
    """Return Eloqua, Certain and the sandbox's own door."""
    from certain_eloqua_sandbox.certain.platform import CERTAIN
    from certain_eloqua_sandbox.control import CONTROL  # imports the catalogue, which imports this
    from certain_eloqua_sandbox.eloqua.platform import ELOQUA

    return (ELOQUA, CERTAIN, CONTROL)
