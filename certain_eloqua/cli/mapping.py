"""`certain-eloqua mapping`: show the account's field map, check it, compare versions, try a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.doubts import read_settings
from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.mapping import FieldMap
    from certain_eloqua.mapping.live_values import LiveValues
    from certain_eloqua.settings import Settings

PROFILES_LOOKED_AT = 2_000
"""Profiles in which answered questions are looked for: Certain has no list of its questions."""

USES_SHOWN = 5
CURRENT, DEFAULT = "current", "default"

FIELD_MAP = click.option(
    "--field-map",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="This file in place of the account's field map.",
)


@click.group()
def mapping() -> None:
    """The field map: which profile field is which contact field."""


@mapping.command()
@FIELD_MAP
@click.option("--offline", is_flag=True, help="Do not ask Eloqua for types and options.")
@as_json
def show(file: Path | None, offline: bool, json_wanted: bool) -> None:
    """Show the account's field map: pairs, directions, constants, value tables, types, options.

    Also its version, who changed it last and when (where git knows), and the latest deliveries that used it.

    \b
    Examples:
      certain-eloqua mapping show
      certain-eloqua mapping show --offline --json
    """
    from certain_eloqua.mapping.origin import origin_of

    settings = read_settings()
    field_map = _field_map(settings, file)
    live = {} if offline else _live(settings, field_map)
    origin = origin_of(field_map.path)
    uses = _uses(settings, field_map.account)
    if json_wanted:
        pairs = [_pair_as_json(one, live) for one in field_map.content]
        print_json(
            {
                "account": field_map.account,
                "version": field_map.version,
                "from": str(origin),
                "pairs": pairs,
                "used_by": uses,
            }
        )
        return
    _print_pairs(field_map, live)
    click.echo(f"{len(field_map.pairs)} pairs, version {field_map.version}, from {origin}")
    for use in uses:
        mine = "" if use["version"] == field_map.version else f", version {use['version']}"
        event = f" for {use['event']}" if use["event"] else ""
        click.echo(f"  used by {use['connector']}{event} at {use['at']} (run {use['run'][:8]}){mine}")


@mapping.command()
@FIELD_MAP
@as_json
@click.pass_context
def check(context: click.Context, file: Path | None, json_wanted: bool) -> None:
    """Check the account's field map against the fields that both platforms have now.

    Names and rights of the contact fields; types, sizes and option lists against constants and value tables;
    profile questions against the answers of the first 2,000 profiles. The exit code is 1 if something is
    wrong; remarks do not count.

    \b
    Examples:
      certain-eloqua mapping check
      certain-eloqua mapping check --field-map drafts/NWIND.yaml
    """
    from certain_eloqua.clients.eloqua.platform import PLATFORM as ELOQUA
    from certain_eloqua.clients.errors import ClientError
    from certain_eloqua.mapping.live_values import problems_of_values, remarks_on

    settings = read_settings()
    field_map = _field_map(settings, file)
    try:
        with ELOQUA.connect(settings) as client:
            fields = client.contact_fields()
            live = _live_values(client, field_map)
        questions = _questions(settings, field_map)
    except ClientError as error:
        raise click.ClickException(str(error)) from None
    problems = field_map.validate(fields) + problems_of_values(field_map.pairs, live)
    remarks = remarks_on(field_map.pairs, live, questions)
    if json_wanted:
        print_json(
            {
                "account": field_map.account,
                "version": field_map.version,
                "file": str(field_map.path) if field_map.path else None,
                "pairs": [
                    {"certain": pair.certain, "eloqua": pair.eloqua, "direction": pair.direction.value}
                    for pair in field_map.pairs
                ],
                "errors": [str(problem) for problem in problems],
                "remarks": remarks,
            }
        )
        context.exit(FOUND_SOMETHING if problems else 0)
    _print_pairs(field_map, live)
    where = field_map.path or "the default table"
    click.echo(
        f"{len(field_map.pairs)} pairs from {where}, version {field_map.version}; Eloqua has "
        f"{len(fields)} fields"
    )
    for remark in remarks:
        click.echo(f"note   {remark}")
    for problem in problems:
        click.echo(f"WRONG  {problem}", err=True)
    context.exit(FOUND_SOMETHING if problems else 0)


@mapping.command()
@click.argument("old", required=False)
@click.argument("new", default=CURRENT)
@as_json
@click.pass_context
def diff(context: click.Context, old: str | None, new: str, json_wanted: bool) -> None:
    """Show what changed between two field maps, pair by pair.

    OLD and NEW are files, versions that a delivery has used (they may be shortened), `current` for the
    account's field map, or `default` for the default table. Without them: what the latest delivery used, and
    the current one. The exit code is 1 if they differ.

    \b
    Examples:
      certain-eloqua mapping diff
      certain-eloqua mapping diff current drafts/NWIND.yaml
      certain-eloqua mapping diff 3f2a9c01
    """
    from certain_eloqua.mapping.difference import difference

    settings = read_settings()
    before_version, before = _content(settings, old)
    after_version, after = _content(settings, new)
    changes = difference(before, after)
    if json_wanted:
        listed = [{"what": one.what, "pair": one.pair, "detail": one.detail} for one in changes]
        print_json({"old": before_version, "new": after_version, "changes": listed})
    else:
        for change in changes:
            click.echo(str(change))
        click.echo(f"{len(changes)} changes from version {before_version} to {after_version}")
    context.exit(FOUND_SOMETHING if changes else 0)


@mapping.command()
@click.argument("connector")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--event", "events", multiple=True, metavar="CODE", help="Code of an event; may be repeated.")
@click.option("--all-events", is_flag=True, help="Every event that the connector's file selects.")
@click.pass_context
def preview(
    context: click.Context, connector: str, file: Path, events: tuple[str, ...], all_events: bool
) -> None:
    """Show what a new field map FILE would change, as a plan of a CONNECTOR on current data.

    Nothing is written. It is the dry run with that file (`run --dry-run --field-map`): the plan's report
    shows every change. A plan that was made so cannot be delivered; put the file in place of the account's
    and run again.

    \b
    Example:
      certain-eloqua mapping preview attendees_to_eloqua drafts/NWIND.yaml --event NWSUMMIT27
    """
    from certain_eloqua.cli.run import run
    from certain_eloqua.mapping.difference import difference

    settings = read_settings()
    now, wanted = _field_map(settings, None), _field_map(settings, file)
    for change in difference(now.content, wanted.content):
        click.echo(str(change))
    click.echo(f"Field map {now.version} -> {wanted.version}")
    context.invoke(run, name=connector, events=events, all_events=all_events, dry_run=True, field_map=file)


def _field_map(settings: Settings, file: Path | None) -> FieldMap:
    from certain_eloqua.mapping import FieldMapError, load_field_map
    from certain_eloqua.resources.field_map import account_field_map
    from certain_eloqua.settings import SettingsError

    try:
        if file is not None:
            return load_field_map(file, settings.certain_account_code)
        return account_field_map(settings)
    except (SettingsError, FieldMapError) as error:
        raise click.ClickException(str(error)) from None


def _content(settings: Settings, named: str | None) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The version and content of a field map by what a person calls it."""
    from certain_eloqua.mapping import FieldMap
    from certain_eloqua.resources.ledger import open_ledger

    account = settings.certain_account_code
    if named == CURRENT or (named and Path(named).is_file()):
        found = _field_map(settings, None if named == CURRENT else Path(named))
        return found.version, found.content
    if named == DEFAULT:
        return FieldMap(account).version, FieldMap(account).content
    with closing(open_ledger(settings)) as ledger:
        if named is None:
            uses = ledger.field_maps.uses(account, limit=1)
            if not uses:
                message = "no delivery has used a field map yet; name OLD, such as `default`"
                raise click.ClickException(message)
            named = uses[0].version
        used = ledger.field_maps.version(account, named)
        known = [one.version for one in ledger.field_maps.versions(account)]
    if used is None:
        raise click.BadParameter(
            f"{named!r} is neither a file nor one version that a delivery has used. "
            f"There are: {', '.join([CURRENT, DEFAULT, *known])}."
        )
    return used.version, used.content


def _uses(settings: Settings, account: str) -> list[dict[str, Any]]:
    from certain_eloqua.resources.ledger import open_ledger

    with closing(open_ledger(settings)) as ledger:
        return [
            {
                "run": use.run_id,
                "connector": use.connector,
                "event": use.event,
                "version": use.version,
                "at": use.used_at.isoformat(timespec="seconds") if use.used_at else None,
            }
            for use in ledger.field_maps.uses(account, limit=USES_SHOWN)
        ]


def _live(settings: Settings, field_map: FieldMap) -> dict[str, LiveValues]:
    """What the fields can hold; nothing, with a message, if Eloqua cannot be asked."""
    from certain_eloqua.clients.eloqua.platform import PLATFORM as ELOQUA
    from certain_eloqua.clients.errors import ClientError

    try:
        with ELOQUA.connect(settings) as client:
            return _live_values(client, field_map)
    except ClientError as error:
        click.echo(f"Eloqua could not be asked for types and options: {error.came_back}", err=True)
        return {}


def _live_values(client: EloquaClient, field_map: FieldMap) -> dict[str, LiveValues]:
    from certain_eloqua.mapping.live_values import LiveValues

    types = client.contact_field_types()
    names = dict.fromkeys(pair.eloqua for pair in field_map.pairs)
    return {
        name: LiveValues(*types[name], client.contact_field_options(name)) for name in names if name in types
    }


def _questions(settings: Settings, field_map: FieldMap) -> set[str]:
    """The profile questions that profiles have answered, if the map names any."""
    from certain_eloqua.clients.certain.platform import PLATFORM as CERTAIN
    from certain_eloqua.clients.certain.values import as_list
    from certain_eloqua.mapping.pairs import QUESTION

    if not any(pair.certain.startswith(QUESTION) for pair in field_map.pairs):
        return set()
    found: set[str] = set()
    with CERTAIN.connect(settings) as client:
        profiles = (one for page in client.iter_profile_pages(include=["profile_questions"]) for one in page)
        for profile in islice(profiles, PROFILES_LOOKED_AT):
            answers = as_list(profile.get("profileQuestions"), "question")
            found |= {
                str(one.get("questionName") or one.get("questionCode") or "")
                for one in answers
                if isinstance(one, Mapping)
            }
    return found - {""}


def _print_pairs(field_map: FieldMap, live: Mapping[str, LiveValues]) -> None:
    arrows = {"in": "<-- ", "out": " -->", "both": "<-->"}
    for pair in field_map.pairs:
        certain, eloqua = pair.certain, pair.eloqua
        if pair.constant is not None:
            certain, eloqua = (
                (repr(pair.constant), eloqua) if pair.out_of_certain else (certain, repr(pair.constant))
            )
        about = [str(live[pair.eloqua])] if pair.eloqua in live and eloqua == pair.eloqua else []
        if pair.values is not None:
            others = "" if pair.values.closed else ", other values kept"
            about.append(f"table {pair.values.name} of {len(pair.values.certain_to_eloqua)}{others}")
        more = f"  ({'; '.join(about)})" if about else ""
        click.echo(f"  {certain:<28} {arrows[pair.direction.value]} {eloqua}{more}")


def _pair_as_json(pair: Mapping[str, Any], live: Mapping[str, LiveValues]) -> dict[str, Any]:
    known = live.get(pair["eloqua"])
    values = pair["values"]
    return {
        **{name: pair[name] for name in ("certain", "eloqua", "direction", "constant")},
        "table": values["name"] if values else None,
        "words": values["certain_to_eloqua"] if values else None,
        "type": known.data_type if known else None,
        "options": list(known.options) if known and known.options is not None else None,
    }
