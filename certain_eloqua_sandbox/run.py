"""Starting the sandbox in the foreground: ``certain-eloqua sandbox``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import gc
import ipaddress
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certain_eloqua_sandbox.seeds.sizes import MOST_CONTACTS, MOST_REGISTRATIONS

if TYPE_CHECKING:
    from certain_eloqua_sandbox.seeds.catalogue import Seed
    from certain_eloqua_sandbox.server import Sandbox
    from certain_eloqua_sandbox.world import World

DEFAULT_PORT = 8750

LONGEST_LINE = 64 * 1024  # bytes of a request line, and of a header


class CannotStart(Exception):
    """The sandbox cannot start; the message has the reason and what to do."""


def parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    options = argparse.ArgumentParser(
        prog="certain-eloqua sandbox",
        description="Run stand-ins for Oracle Eloqua and Certain in the foreground. Ctrl-C ends them.",
    )
    options.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for a free one (default %(default)s)"
    )
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    options.add_argument(
        "--allow-remote",
        action="store_true",
        help="allow a --host that other machines can reach: nothing is protected",
    )
    options.add_argument(
        "--seed", default=None, metavar="NAME", help="what is in it: demo (default), empty, large"
    )
    options.add_argument(
        "--seed-number", type=_natural, metavar="N", help="another number, other people (default 1)"
    )
    options.add_argument(
        "--contacts",
        type=partial(_natural, most=MOST_CONTACTS),
        metavar="N",
        help=f"how many contacts the seed plants, at most {MOST_CONTACTS:,}",
    )
    options.add_argument(
        "--registrations",
        type=partial(_natural, most=MOST_REGISTRATIONS),
        metavar="N",
        help=f"how many registrations the seed plants, at most {MOST_REGISTRATIONS:,}",
    )
    options.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="keep everything in this file; a file that exists is not seeded again",
    )
    options.add_argument(
        "--ready-file", type=Path, metavar="FILE", help='write {"url": …, "pid": …} here once it listens'
    )
    options.add_argument("--quiet", action="store_true", help="print the address only")
    return options


def _natural(text: str, most: int | None = None) -> int:
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    if most is not None and number > most:
        raise argparse.ArgumentTypeError(f"must be at most {most:,}")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sandbox until a signal stops it. Returns the exit code."""
    given = parser().parse_args(argv)
    try:
        _check_host(given.host, allow_remote=given.allow_remote)
        began = time.perf_counter()
        sandbox = open_sandbox(given)
        return asyncio.run(_serve(sandbox, given, began))
    except CannotStart as reason:
        print(f"certain-eloqua sandbox: {reason}", file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 0


def _check_host(host: str, *, allow_remote: bool) -> None:
    """Refuse an address that other machines can reach. Raises :class:`CannotStart`."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback and not allow_remote:
        raise CannotStart(
            f"--host {host} can be reached by other machines, and nothing here is protected. "
            "Use 127.0.0.1, or add --allow-remote if that is what you want."
        )


def open_sandbox(given: argparse.Namespace) -> Sandbox:
    """Return the sandbox as the options describe it: planted, or as the store has it."""
    from certain_eloqua_sandbox.control.store import recall
    from certain_eloqua_sandbox.platforms import platforms
    from certain_eloqua_sandbox.seeds.catalogue import SEEDS, plant, planted
    from certain_eloqua_sandbox.server import Sandbox
    from certain_eloqua_sandbox.world import World

    name = given.seed or "demo"
    if name not in SEEDS:
        raise CannotStart(f"there is no seed {name!r}; there are {', '.join(SEEDS)}")
    if given.store is not None and not given.store.absolute().parent.is_dir():
        raise CannotStart(f"the folder of --store {given.store} does not exist")
    world = World(":memory:" if given.store is None else str(given.store))
    seed = SEEDS[name].with_(
        number=given.seed_number, contacts=given.contacts, registrations=given.registrations
    )
    present = planted(world)
    if present is None:
        plant(world, seed)
    else:
        _check_store(given, world, present, seed)
        for platform in platforms():
            platform.schema(world)
        recall(world)
    gc.collect()
    gc.freeze()
    return Sandbox(world, platforms())


def _check_store(given: argparse.Namespace, world: World, present: Seed, wanted: Seed) -> None:
    """Refuse a file of another version or of another seed. Raises :class:`CannotStart`."""
    from certain_eloqua_sandbox.seeds.catalogue import TABLES_VERSION

    if world.remembered("tables") != TABLES_VERSION:
        raise CannotStart(
            f"{given.store} was written by another version of the sandbox, whose tables are different. "
            "Delete it, or name another file."
        )
    asked = [given.seed, given.seed_number, given.contacts, given.registrations]
    if any(value is not None for value in asked) and present != wanted:
        raise CannotStart(
            f"{given.store} already holds the seed {present.name} (number {present.number}, "
            f"{present.contacts:,} contacts). "
            "Leave out the seed's options to go on with it, or name another file."
        )


async def _serve(sandbox: Sandbox, given: argparse.Namespace, began: float) -> int:
    from aiohttp import web

    # Zipped bodies are ours to unzip: a broken one must become the platform's refusal, not a dropped call.
    # A long search is the platform's to answer, too.
    options: dict[str, Any] = {
        "access_log": None,
        "auto_decompress": False,
        "max_line_size": LONGEST_LINE,
        "max_field_size": LONGEST_LINE,
    }
    logging.getLogger("aiohttp.server").addFilter(_in_one_line)
    runner = web.AppRunner(sandbox.application(), handle_signals=False, shutdown_timeout=1.0, **options)
    await runner.setup()
    try:
        site = web.TCPSite(runner, given.host, given.port, backlog=512)
        try:
            await site.start()
        except OSError as error:
            raise CannotStart(_why_not(error, given.host, given.port)) from error
        port = runner.addresses[0][1]
        host = f"[{given.host}]" if ":" in given.host else given.host
        url = f"http://{host}:{port}"
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        print(url if given.quiet else greeting(sandbox, url, began), flush=True)  # noqa: T201
        if given.ready_file is not None:
            _write_whole(given.ready_file, json.dumps({"url": url, "pid": os.getpid()}))
        await stop.wait()
    finally:
        await runner.cleanup()
        sandbox.world.close()
        if given.ready_file is not None:
            with contextlib.suppress(OSError):
                given.ready_file.unlink()
    return 0


def _in_one_line(record: logging.LogRecord) -> bool:
    """Have a request that is no HTTP logged as one line: whose mistake it is does not show in our stack."""
    from aiohttp.http_exceptions import HttpProcessingError

    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        message = " ".join(str(error.message).split())
        record.msg, record.args, record.exc_info = "unreadable request: %s", (message[:200],), None
    return True


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken, perhaps by another sandbox. "
            "Choose one with --port, or take a free one with --port 0."
        )
    return f"cannot listen on {host}:{port}: {error.strerror or error}"


def greeting(sandbox: Sandbox, url: str, began: float) -> str:
    """Return what is printed when the sandbox listens: the platforms, how to log in, where to look."""
    from certain_eloqua_sandbox.seeds.catalogue import planted

    seed = planted(sandbox.world)
    kept = "in memory" if sandbox.world.store == ":memory:" else f"in {sandbox.world.store}"
    seconds = time.perf_counter() - began
    known = [one for one in sandbox.platforms if one.label]
    logins = "\n".join(f"  {one.label:<10} {_login(one.credentials)}" for one in known)
    return f"""\
The sandbox imitates {_listed([one.title for one in known])} at  {url}

{logins}
  Look       {url}/          what is in the platforms, for people
  Steer      {url}/_sandbox  reset, seed, clock, faults, syncs, counters, journal

Seed {seed.name if seed else "?"}, kept {kept}, ready in {seconds:.2f} s. Ctrl-C ends it."""


def _login(credentials: Mapping[str, str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in credentials.items())


def _listed(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _write_whole(path: Path, text: str) -> None:
    """Write a file at once, so that no reader finds half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
