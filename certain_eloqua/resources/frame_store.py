"""The frame store of the deployment as resources: for steps that write, and for inputs."""

from __future__ import annotations

import dagster as dg

from certain_eloqua.resources.frames import Frames, FramesIOManager
from certain_eloqua.settings import Settings, SettingsError


class FramesResource(dg.ConfigurableResource[Frames]):
    """The store of Parquet files, for steps that write them page by page."""

    def create_resource(self, context: dg.InitResourceContext) -> Frames:
        return frame_store(Settings.read())


class FramesIO(dg.ConfigurableIOManagerFactory[FramesIOManager]):
    """The same store, handing frames to the steps downstream."""

    def create_io_manager(self, context: dg.InitResourceContext) -> FramesIOManager:
        return FramesIOManager(frame_store(Settings.read()))


def frame_store(settings: Settings) -> Frames:
    """The frames of these settings. Raises `SettingsError` for an address this installation cannot read."""
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
