"""Placeholders for connector files that cannot be used: each is in the graph under its own name."""

import re
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.failures import Refused, dagster_failures

if TYPE_CHECKING:
    from pathlib import Path

    from certain_eloqua.connectors.files.problems import Problem

BROKEN_TAG = "certain/broken_connector"


def broken_connectors(problems: "Iterable[Problem]", taken: Collection[str]) -> list[dg.AssetsDefinition]:
    """An asset for each file that cannot be used. It explains what is wrong and fails when materialized.

    Args:
        problems: what is wrong with the files; several for one file are one placeholder.
        taken: names of connectors, and of other groups of assets.
    """
    used = set(taken)
    made = []
    ordered = sorted(problems, key=lambda problem: str(problem.file))
    for file, of_file in groupby(ordered, key=lambda problem: problem.file):
        name = _free_name(file, used)
        used.add(name)
        made.append(_placeholder(name, file, [str(problem) for problem in of_file]))
    return made


def _placeholder(name: str, file: "Path", problems: list[str]) -> dg.AssetsDefinition:
    text = "\n\n".join(f"`{problem}`" for problem in problems)

    @dg.asset(
        key=[name, "cannot_be_used"],
        group_name=name,
        kinds={"yaml"},
        tags={BROKEN_TAG: name},
        description=f"**The connector file {file.name} cannot be used.**\n\n{text}\n\n"
        "Correct the file, then reload the code location. The other connectors keep working.",
        metadata={"file": dg.MetadataValue.path(str(file)), "problems": len(problems)},
    )
    def cannot_be_used() -> None:
        with dagster_failures(f"Using {file.name}"):
            raise Refused(" ".join([*problems, "Correct the file, then reload the code location."]))

    return cannot_be_used


def _free_name(file: "Path", used: Collection[str]) -> str:
    """The connector's name, made into one that Dagster takes and that no other has."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", file.stem).strip("_") or "unnamed"
    name, number = plain, 1
    while name in used:
        number += 1
        name = f"{plain}_{number}"
    return name
