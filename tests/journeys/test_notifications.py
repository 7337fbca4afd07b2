"""Messages about runs: one for each, final outcomes only, and none is lost when the mail server is down."""

import json
import os
import re
import signal
import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from certain_eloqua.checks.messages import MESSAGES_CHECK, messages_check_result
from certain_eloqua.ledger import Ledger
from certain_eloqua.sensors.notifications import notification_sensor
from certain_eloqua.settings import Settings
from tests.browser.conftest import running_dagster
from tests.journeys.conftest import EVENT
from tests.mail_server import MailServer
from tests.waiting import until

pytestmark = pytest.mark.slow
TEAM = "events-team@example.com"


@pytest.fixture
def mail_server(monkeypatch):
    server = MailServer()
    server.start()
    monkeypatch.setenv("SMTP_URL", server.url)
    yield server
    server.stop()


class Office:
    """The sensor with a ledger whose clock the test sets, and the cursor between its ticks."""

    def __init__(self, instance, folder):
        self.now = datetime.now(UTC)
        self.ledger = Ledger(f"sqlite:///{folder}/home/certain_eloqua/ledger.sqlite", clock=lambda: self.now)
        self.instance = instance
        self.cursor = None
        self.opened = 0
        recipients = {"prospects": TEAM, "attendees": None}
        self.sensor = notification_sensor(recipients, MESSAGES_CHECK, messages_check_result, self.open_ledger)

    def open_ledger(self, settings):
        self.opened += 1
        return nullcontext(self.ledger)

    def tick(self):
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"deployment": Settings.read()},
        )
        result = self.sensor(context)
        self.cursor = getattr(result, "cursor", None) or context.cursor
        return result


@pytest.fixture
def office(kept):
    office = Office(kept.instance, kept.folder)
    yield office
    office.ledger.close()


@pytest.fixture
def failed(kept, monkeypatch):
    """A run that failed before anything was written."""
    with monkeypatch.context() as patch:
        patch.setenv("ELOQUA_PASSWORD", "wrong-password")
        assert not kept.job("prospects", EVENT).success
    (run,) = kept.instance.get_runs()
    return run.run_id


def test_a_failed_run_is_mailed_once_with_cause_effect_and_link(office, failed, mail_server, monkeypatch):
    monkeypatch.setenv("CERTAIN_ELOQUA_UI_URL", "https://dagster.example.com")
    office.tick()
    office.tick()
    (mail,) = mail_server.mails
    assert mail["To"] == TEAM
    assert mail["Subject"] == f"prospects failed for {EVENT}"
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert "You are not authorized" in body
        assert "until the credentials" in body
        assert "Nothing was written" in body
        assert f"https://dagster.example.com/runs/{failed}" in body
        assert "wrong-password" not in body


def test_a_server_that_is_down_is_seen_and_loses_no_message(office, failed, mail_server):
    mail_server.stop()
    result = office.tick()
    (evaluation,) = result.asset_events
    assert not evaluation.passed
    assert "1 messages could not be sent yet" in evaluation.description
    assert not getattr(office.tick(), "asset_events", None)
    office.now += timedelta(hours=2)
    office.tick()
    assert office.ledger.messages.queue().failing == 1
    mail_server.start()
    office.now += timedelta(hours=2)
    (evaluation,) = office.tick().asset_events
    assert evaluation.passed
    assert len(mail_server.mails) == 1


def test_a_mail_that_is_refused_is_tried_again(office, failed, mail_server):
    mail_server.refuses = True
    office.tick()
    assert "451" in office.ledger.messages.queue().last_error
    mail_server.refuses = False
    office.tick()
    assert mail_server.mails == []  # its pause is not over
    office.now += timedelta(minutes=2)
    office.tick()
    assert len(mail_server.mails) == 1


def test_an_attempt_that_is_made_again_is_not_reported(office, failed, mail_server, kept):
    kept.instance.add_run_tags(failed, {"dagster/will_retry": "true"})
    office.tick()
    assert mail_server.mails == []


def test_runs_with_errors_are_mailed_if_wished(office, kept, mail_server, monkeypatch):
    fault = {
        "method": "POST",
        "path": "/Registration/",
        "times": 2,
        "answer": {"status": 400, "body": '{"error": {"code": "1", "message": "no"}}'},
    }
    kept.sandbox.control("POST", "faults", [fault])
    assert kept.job("prospects", EVENT).success
    first = office.cursor
    office.tick()
    assert mail_server.mails == []
    monkeypatch.setenv("CERTAIN_ELOQUA_MAIL_WHEN", "failed or with errors")
    office.cursor = first
    office.tick()
    (mail,) = mail_server.mails
    assert mail["Subject"] == f"prospects completed with errors for {EVENT}"
    text = mail.get_body(("plain",)).get_content()
    assert re.search(r"Written: .*created", text)
    assert "Not written: 2 rejected" in text


def test_a_digest_collects_the_messages_of_some_hours(office, failed, kept, mail_server, monkeypatch):
    monkeypatch.setenv("CERTAIN_ELOQUA_MAIL_DIGEST_HOURS", "1")
    office.now -= timedelta(minutes=59)
    office.tick()
    assert mail_server.mails == []
    with monkeypatch.context() as patch:
        patch.setenv("ELOQUA_PASSWORD", "wrong-password")
        kept.job("prospects", "NWFORUM27")
    office.now = datetime.now(UTC)
    office.tick()
    assert mail_server.mails == []
    monkeypatch.setenv("CERTAIN_ELOQUA_MAIL_DIGEST_HOURS", "0.9")
    office.tick()
    (mail,) = mail_server.mails
    assert mail["Subject"] == "2 connector runs need attention"
    text = mail.get_body(("plain",)).get_content()
    assert EVENT in text
    assert "NWFORUM27" in text


def test_another_channel_gets_the_message_by_apprise(office, failed, monkeypatch):
    received = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CERTAIN_ELOQUA_NOTIFY_URLS", f"json://127.0.0.1:{server.server_port}/hook")
    office.tick()
    office.tick()
    server.shutdown()
    server.server_close()
    (message,) = received
    assert message["title"] == f"prospects failed for {EVENT}"
    assert "You are not authorized" in message["message"]


def test_without_a_server_nothing_is_sent_then_or_later(office, failed, monkeypatch):
    office.tick()
    assert office.opened == 0, "a deployment that sends nothing needs no ledger for it"
    assert office.ledger.messages.queue().waiting == 0


@pytest.mark.timeout(900)
def test_the_daemon_mails_a_run_that_failed_but_no_attempt_that_is_made_again(
    deployment, mail_server, tmp_path_factory
):
    home = tmp_path_factory.mktemp("daemon")
    slow = {"method": "POST", "path": "/Registration/", "skip": 6, "times": -1, "answer": {"delay_ms": 2_000}}
    deployment.sandbox.control("POST", "faults", slow)
    environment = {
        "CERTAIN_ELOQUA_CONNECTORS": str(deployment.connectors),
        "CERTAIN_WRITERS": "1",
        "SMTP_URL": mail_server.url,
    }
    with running_dagster(deployment.sandbox.url, home, **environment) as server:
        killed = server.launch("prospects", EVENT)
        until(
            lambda: deployment.sandbox.control("GET", "faults")["faults"][0]["played"],
            "the slow write was not reached",
        )
        (process,) = re.findall(r"pid: (\d+)", " ".join(server.messages(killed)))[:1]
        os.kill(int(process), signal.SIGKILL)
        deployment.sandbox.control("DELETE", "faults")
        until(lambda: "SUCCESS" in server.statuses("prospects"), "no attempt succeeded")
        assert sorted(server.statuses("prospects")) == ["FAILURE", "SUCCESS"]
        wrong = {"resources": {"prospects_settings": {"config": {"contact_list_name": "No such list"}}}}
        refused = server.run("prospects", EVENT, wrong)
        (mail,) = mail_server.wait_for(1, 240)
    assert refused["status"] == "FAILURE"
    assert mail["To"] == TEAM
    assert f"/runs/{refused['run_id']}" in mail.get_body(("plain",)).get_content()
    assert len(mail_server.mails) == 1
