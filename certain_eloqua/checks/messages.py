"""The standing check of messages about runs: those that wait because a server did not take them."""

from typing import Any

import dagster as dg

MESSAGES = dg.AssetKey(["standing", "messages"])
MESSAGES_CHECK = dg.AssetCheckKey(MESSAGES, "all_are_sent")


def messages_check_result(ledger: Any) -> dg.AssetCheckResult:
    """Whether any message waits because it could not be sent."""
    queue = ledger.messages.queue()
    words = (
        f"{queue.failing} messages could not be sent yet: {queue.last_error}. They are sent when the "
        "server takes them. Check SMTP_URL and CERTAIN_ELOQUA_NOTIFY_URLS."
    )
    return dg.AssetCheckResult(
        check_name=MESSAGES_CHECK.name,
        passed=queue.failing == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=words if queue.failing else "No message waits because of a server.",
        metadata={"waiting": queue.waiting, "could_not_be_sent": queue.failing},
    )


def messages_report() -> dg.AssetsDefinition:
    """The report of the queue of messages with its check."""

    @dg.asset(
        key=MESSAGES,
        group_name="standing",
        description="Messages about runs that are not sent yet. The sensor `job_notifications` sends them; "
        "one that a server does not take is tried again until it is taken.",
        required_resource_keys={"ledger"},
        check_specs=[
            dg.AssetCheckSpec(
                MESSAGES_CHECK.name, asset=MESSAGES, description="No message waits because of a server."
            )
        ],
    )
    def messages(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        ledger: Any = context.resources.ledger
        queue = ledger.messages.queue()
        oldest = {"oldest": f"{queue.oldest:%Y-%m-%d %H:%M} UTC"} if queue.oldest else {}
        return dg.MaterializeResult(
            metadata={"waiting": queue.waiting, "could_not_be_sent": queue.failing, **oldest},
            check_results=[messages_check_result(ledger)],
        )

    return messages
