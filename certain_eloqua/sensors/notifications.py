"""Mail about runs that failed (and, if wished, about those that completed with errors), one for each run.

A run-failure sensor of Dagster would lose a message when the mail server is down, and would write one for
every attempt. So this sensor keeps a cursor of its own, puts messages into the ledger's queue, and sends from
there. Everything it does can be repeated: the queue knows the run of every message.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.clients.redaction import redact
from certain_eloqua.notify.channels import CHANNELS, ChannelNotReached, send_to_channels
from certain_eloqua.notify.mail import MailNotSent, connect, mail_of
from certain_eloqua.notify.run_message import compose
from certain_eloqua.sensors.evaluations import as_event
from certain_eloqua.sensors.run_outcomes import connector_of, is_final, outcome_of

if TYPE_CHECKING:
    from certain_eloqua.ledger import Ledger, QueuedMessage
    from certain_eloqua.settings import Settings

SECONDS = 30
MOST_RUNS = 200
"""Runs looked at in one tick; the next continues."""
MOST_MESSAGES = 50
DEADLINE_S = 35.0
"""Nothing new is begun after so many seconds: Dagster gives up a tick after 60."""
OVERLAP = timedelta(minutes=5)
"""Runs are looked at again for so long; the queue holds one message for each at most."""
SENT_ARE_KEPT = timedelta(days=90)

_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]


def notification_sensor(
    recipients: Mapping[str, str | None],
    check: dg.AssetCheckKey,
    evaluate: Callable[[Ledger], Any],
    open_ledger: Callable[[Settings], AbstractContextManager[Ledger]],
) -> dg.SensorDefinition:
    """The sensor.

    Args:
        recipients: `email_for_job_notifications` of every connector.
        check: the standing check that every message is sent.
        evaluate: its result for a ledger.
        open_ledger: opens the ledger, which a deployment that sends nothing need not have.
    """

    @dg.sensor(
        name="job_notifications",
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends mail about runs that failed to the address in the connector's file. It does "
        "nothing unless SMTP_URL or CERTAIN_ELOQUA_NOTIFY_URLS is set, and starts no run.",
    )
    def job_notifications(
        context: dg.SensorEvaluationContext, deployment: dg.ResourceParam[Any]
    ) -> dg.SensorResult | dg.SkipReason:
        """Queue messages about runs that have ended, then send what is due."""
        settings: Settings = deployment
        began = time.monotonic()
        if not (settings.smtp_url or settings.notify_urls):
            context.update_cursor(_Cursor(datetime.now(UTC)).as_text())
            return dg.SkipReason("Neither SMTP_URL nor CERTAIN_ELOQUA_NOTIFY_URLS is set: nothing is sent.")
        cursor = _Cursor.from_text(context.cursor)
        with open_ledger(settings) as ledger:
            cursor, queued = queue_messages(context.instance, ledger, settings, recipients, cursor)
            sent, problem = send_messages(ledger, settings, lambda: time.monotonic() - began > DEADLINE_S)
            ledger.messages.forget_sent(datetime.now(UTC) - SENT_ARE_KEPT)
            result = evaluate(ledger)
        if problem:
            context.log.warning("%s", problem)
        state = "ok" if result.passed else "failing"
        events = [] if state == cursor.check else [as_event(check, result)]
        moved = replace(cursor, check=state).as_text()
        if events:
            return dg.SensorResult(asset_events=events, cursor=moved)
        context.update_cursor(moved)
        return dg.SkipReason(f"{queued} messages were queued, {sent} were sent. {problem}".strip())

    return job_notifications


@dataclass(frozen=True, slots=True)
class _Cursor:
    """How far runs were looked at, which were looked at last, and how the check was last evaluated."""

    watermark: datetime
    check: str = "ok"
    seen: frozenset[str] = frozenset()

    def as_text(self) -> str:
        return json.dumps(
            {"watermark": self.watermark.isoformat(), "check": self.check, "seen": sorted(self.seen)}
        )

    @classmethod
    def from_text(cls, text: str | None) -> _Cursor:
        """Without a cursor it begins now: what ended before is history."""
        if not text:
            return cls(datetime.now(UTC))
        content = json.loads(text)
        watermark = datetime.fromisoformat(content["watermark"])
        return cls(watermark, content["check"], frozenset(content["seen"]))


def queue_messages(
    instance: dg.DagsterInstance,
    ledger: Ledger,
    settings: Settings,
    recipients: Mapping[str, str | None],
    cursor: _Cursor,
) -> tuple[_Cursor, int]:
    """Queue a message for every run that ended since; gives the new cursor, and how many were queued."""
    began = datetime.now(UTC)
    records = instance.get_run_records(
        filters=dg.RunsFilter(statuses=_ENDED, updated_after=cursor.watermark - OVERLAP),
        order_by="update_timestamp",
        ascending=True,
        limit=MOST_RUNS,
    )
    queued = 0
    for record in records:
        connector = connector_of(record.dagster_run, recipients)
        if record.dagster_run.run_id in cursor.seen or connector is None or not is_final(record.dagster_run):
            continue
        to = _recipients(settings, recipients.get(connector))
        failed = record.dagster_run.status == dg.DagsterRunStatus.FAILURE
        if not to or not (failed or settings.mail_when == "failed or with errors"):
            continue
        outcome = outcome_of(instance, ledger, record, connector, settings.ui_url)
        if not (outcome.failed or outcome.with_errors):
            continue
        message = compose(outcome)
        for one in to:
            queued += ledger.messages.add(
                outcome.run_id, one, connector, message.subject, message.text, message.html
            )
    full = len(records) == MOST_RUNS
    last = records[-1].update_timestamp if full else began
    last = last if last.tzinfo else last.replace(tzinfo=UTC)
    watermark = max(cursor.watermark, last + OVERLAP if full else last)
    return replace(
        cursor, watermark=watermark, seen=frozenset(one.dagster_run.run_id for one in records)
    ), queued


def _recipients(settings: Settings, email: str | None) -> list[str]:
    return [
        *([email] if email and settings.smtp_url else []),
        *([CHANNELS] if settings.notify_urls else []),
    ]


def send_messages(ledger: Ledger, settings: Settings, too_late: Callable[[], bool]) -> tuple[int, str]:
    """Send what is due; gives how many went, and the last problem."""
    due = ledger.messages.due(MOST_MESSAGES)
    if settings.mail_digest_hours:
        due = _ripe(due, timedelta(hours=settings.mail_digest_hours))
    to_channels = [one for one in due if one.recipient == CHANNELS]
    by_mail = [one for one in due if one.recipient != CHANNELS]
    sent, problem = _send_mails(ledger, settings, by_mail, too_late)
    for one in to_channels:
        if too_late():
            break
        try:
            urls = settings.notify_urls.get_secret_value() if settings.notify_urls else ""
            send_to_channels(urls, one.subject, one.text)
        except ChannelNotReached as error:
            problem = str(error)
            ledger.messages.record_failure([one], problem)
            continue
        ledger.messages.record_sent([one])
        sent += 1
    return sent, problem


def _ripe(due: Sequence[QueuedMessage], hours: timedelta) -> list[QueuedMessage]:
    """The messages of recipients whose oldest message has waited for so long."""
    now = datetime.now(UTC)
    ripe = {one.recipient for one in due if one.created_at <= now - hours}
    return [one for one in due if one.recipient in ripe]


def _send_mails(
    ledger: Ledger, settings: Settings, due: Sequence[QueuedMessage], too_late: Callable[[], bool]
) -> tuple[int, str]:
    if not due or settings.smtp_url is None:
        return 0, ""
    sent, problem = 0, ""
    waiting = _mails(due, together=bool(settings.mail_digest_hours))
    try:
        with connect(settings.smtp_url.get_secret_value(), settings.mail_from) as server:
            while waiting and not too_late():
                group = waiting[0]
                try:
                    server.send(_mail(settings, group))
                except MailNotSent as error:
                    if error.server_is_down:
                        raise
                    problem = redact(str(error))
                    ledger.messages.record_failure(group, problem)
                else:
                    ledger.messages.record_sent(group)
                    sent += len(group)
                waiting.pop(0)
    except MailNotSent as error:
        problem = redact(str(error))
        ledger.messages.record_failure([one for group in waiting for one in group], problem)
    return sent, problem


def _mails(due: Sequence[QueuedMessage], *, together: bool) -> list[list[QueuedMessage]]:
    """What goes into one mail: one message, or all of a recipient."""
    if not together:
        return [[one] for one in due]
    ordered = sorted(due, key=lambda one: (one.recipient, one.created_at))
    return [list(group) for _, group in groupby(ordered, key=lambda one: one.recipient)]


def _mail(settings: Settings, group: Sequence[QueuedMessage]) -> Any:
    first = group[0]
    subject = first.subject if len(group) == 1 else f"{len(group)} connector runs need attention"
    return mail_of(
        settings.mail_from,
        first.recipient,
        subject,
        [one.text for one in group],
        [one.html for one in group],
        first.run_id,
    )
