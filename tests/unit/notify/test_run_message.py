"""What a message about a run says: cause, what was written and what was not, and nothing as markup."""

from certain_eloqua.notify.mail import mail_of
from certain_eloqua.notify.run_message import EventOutcome, RunOutcome, compose


def outcome(**more) -> RunOutcome:
    values = {
        "run_id": "3f2a9c01",
        "connector": "attendees",
        "failed": True,
        "link": "http://127.0.0.1:3000/runs/3f2a9c01",
        "ended": "2026-11-26 10:00 UTC",
    }
    return RunOutcome(**{**values, **more})


def test_a_delivery_that_stopped_says_what_was_written_and_what_has_no_outcome():
    done = EventOutcome("SUMMIT", planned=120, outcomes={"created": 12, "updated": 3, "rejected": 1})
    text = compose(outcome(events=[done], causes=["Eloqua is busy."])).text
    assert "Cause: Eloqua is busy." in text
    assert "SUMMIT: Written: 12 created, 3 updated. Not written: 1 rejected." in text
    assert "104 planned records have no recorded outcome" in text


def test_a_run_that_failed_before_its_delivery_says_that_nothing_was_written():
    assert "Nothing was written" in compose(outcome()).text
    assert "Nothing was written" in compose(outcome(events=[EventOutcome("SUMMIT", 5)])).text


def test_what_was_unchanged_or_left_out_counts_as_neither():
    done = EventOutcome("SUMMIT", 2, {"created": 2, "unchanged": 7, "skipped": 4}, completed=True)
    assert done.in_words() == "Written: 2 created."
    assert not done.with_errors


def test_many_events_are_listed_up_to_a_limit():
    events = [EventOutcome(f"E{number:03}", 1, {"created": 1}, completed=True) for number in range(50)]
    message = compose(outcome(events=events))
    assert message.subject == "attendees failed for 50 events"
    assert message.text.count("Written: 1 created.") == 20
    assert "30 more events." in message.text


def test_a_cause_cannot_become_markup_or_a_header():
    nasty = "<script>alert(1)</script>\r\nBcc: all@example.com"
    message = compose(outcome(causes=[nasty], connector="a\r\nBcc: b@example.com"))
    assert "<script>" not in message.html
    assert "&lt;script&gt;" in message.html
    assert "<script>" in message.text
    mail = mail_of("us@example.com", "team@example.com", message.subject, [message.text], [message.html], "k")
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]


def test_the_same_message_has_the_same_id():
    one, two = (mail_of("us@example.com", "t@example.com", "s", ["t"], ["h"], "3f2a") for _ in range(2))
    assert one["Message-ID"] == two["Message-ID"] == "<3f2a@example.com>"
