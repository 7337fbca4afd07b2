"""What a run keeps and looks up: the deployment's settings, ledger, lanes, field map and frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.resources.frames import Frames, FramesIOManager
from certain_eloqua.settings import Settings, SettingsError

if TYPE_CHECKING:
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap


class DeploymentResource(dg.ConfigurableResource[Settings]):
    """The deployment's settings, checked."""

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        return Settings.read()


class LedgerResource(dg.ConfigurableResource["Ledger"]):
    """The ledger, open for the length of a run."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Ledger]:
        with open_ledger(Settings.read()) as ledger:
            yield ledger


class Lanes:
    """The connectors and events this run holds, until it ends. No two runs hold the same."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._held: set[tuple[str, str | None]] = set()

    def enter(self, ledger: Ledger, connector: str, event: str | None, run_id: str) -> None:
        """Hold a connector and event from now on. Raises `AlreadyRunning`, which says who holds it."""
        if (connector, event) not in self._held:
            self._stack.enter_context(ledger.claim(connector, event, run_id))
            self._held.add((connector, event))

    def leave(self) -> None:
        """Give everything back."""
        self._stack.close()
        self._held.clear()


class LanesResource(dg.ConfigurableResource[Lanes]):
    """Keeps two runs of one connector and event from overlapping, also those that pass by the run queue."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Lanes]:
        """The lanes are given back when the run ends; a process that dies gives them back by dying."""
        lanes = Lanes()
        try:
            yield lanes
        finally:
            lanes.leave()


class FieldMapResource(dg.ConfigurableResource["FieldMap"]):
    """The field map of the account: its file, or the default table."""

    def create_resource(self, context: dg.InitResourceContext) -> FieldMap:
        return account_field_map(Settings.read())


class FramesResource(dg.ConfigurableResource[Frames]):
    """The store of Parquet files, for steps that write them page by page."""

    def create_resource(self, context: dg.InitResourceContext) -> Frames:
        return frame_store(Settings.read())


class FramesIO(dg.ConfigurableIOManagerFactory[FramesIOManager]):
    """The same store, handing frames to the steps downstream."""

    def create_io_manager(self, context: dg.InitResourceContext) -> FramesIOManager:
        return FramesIOManager(frame_store(Settings.read()))


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings. Raises `LedgerUnusable`, naming the variable."""
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.ledger.errors import LedgerUnusable

    try:
        return Ledger(settings.ledger_address)
    except LedgerUnusable as error:
        raise LedgerUnusable(f"CERTAIN_ELOQUA_LEDGER_URL: {error}") from None


def account_field_map(settings: Settings) -> FieldMap:
    """The field map of these settings' account. Raises `FieldMapError` with the lines that are wrong."""
    from certain_eloqua.mapping import load_field_map

    folder = settings.field_maps_folder
    if settings.field_maps is not None and not folder.exists():
        raise SettingsError([f"  CERTAIN_ELOQUA_FIELD_MAPS: there is no folder {folder}"])
    return load_field_map(folder if folder.exists() else None, settings.certain_account_code)


def frame_store(settings: Settings) -> Frames:
    """The frames of these settings. Raises `SettingsError` for an address nobody here can read."""
    from fsspec import get_filesystem_class
    from fsspec.utils import get_protocol

    protocol = get_protocol(settings.frames_address)
    wrong = ""
    try:
        get_filesystem_class(protocol)
    except ImportError:
        extra = (
            "pip install 'certain-eloqua[s3]'" if protocol in ("s3", "s3a") else "fsspec names the package"
        )
        wrong = f"addresses of {protocol}:// need a package that is not installed: {extra}"
    except ValueError:
        wrong = f"{protocol}:// is no kind of store; name a folder, or an address such as s3://bucket/path"
    if wrong:
        raise SettingsError([f"  CERTAIN_ELOQUA_FRAMES: {wrong}"])
    return Frames(settings.frames_address, settings.frames_keep)
