"""Slack, Teams and others through Apprise, which is optional: the extra `notify`."""

from __future__ import annotations

CHANNELS = "channels"
"""Recipient of messages that go to the deployment's channels instead of an address."""


class ChannelNotReached(Exception):
    """A channel did not take the message. Its address is a secret and is not named."""


def send_to_channels(urls: str, subject: str, text: str) -> None:
    """Send a message to every channel. Raises `ChannelNotReached`."""
    try:
        import apprise
    except ImportError:
        raise ChannelNotReached(
            "CERTAIN_ELOQUA_NOTIFY_URLS needs a package that is not installed: "
            "pip install 'certain-eloqua[notify]'"
        ) from None
    channels = apprise.Apprise()
    for number, url in enumerate(urls.split(), 1):
        if not channels.add(url):
            raise ChannelNotReached(
                f"address {number} of CERTAIN_ELOQUA_NOTIFY_URLS is not one that Apprise knows"
            )
    if not channels.notify(title=subject, body=text):
        raise ChannelNotReached("a channel of CERTAIN_ELOQUA_NOTIFY_URLS did not take the message")
