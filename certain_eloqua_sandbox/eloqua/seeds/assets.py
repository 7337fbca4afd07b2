"""Assets, custom objects and activities of the planted Eloqua."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.world import World

MADE = 1_736_000_000.0  # 2025-01-04
FIRST_FIELD = 101  # of custom objects; contact fields begin at 100001

# Asset type -> activity types, and its first assets.
EXTERNAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Tradeshow": (("Registered", "Attended"), ("Spring Expo 2025", "Partner Fair")),
    "Webinar": (("Registered", "Attended", "No Show"), ("Webinar: Clean Data, Calm Events",)),
    "Certain Event": (("Registered", "Attended", "Cancelled", "No Show"), ("Summit 2025",)),
    "Certain Session": (("Registered", "Attended"), ()),
    "Certain Meeting": (("Scheduled", "Held"), ()),
}

# (kind, name, status, further properties of the REST body)
ASSETS: tuple[tuple[str, str, str | None, dict[str, Any]], ...] = (
    ("campaign", "Summit 2025", "Active", {"campaignType": "Event", "region": "EMEA", "product": "Summit"}),
    ("campaign", "Spring Roadshow", "Active", {"campaignType": "Event", "region": "Americas"}),
    ("campaign", "Winter Webinar Series", "Draft", {"campaignType": "Webinar"}),
    ("campaign", "Autumn Gala 2024", "Completed", {"campaignType": "Event", "endAt": "1730000000"}),
    ("campaign", "Partner Day", "Scheduled", {"scheduledFor": "1798761600"}),
    ("email", "Save the Date", None, {"subject": "Save the date", "senderEmail": "events@example.com"}),
    ("email", "Invitation", None, {"subject": "You are invited", "senderEmail": "events@example.com"}),
    ("email", "Monthly Newsletter", None, {"subject": "News", "senderEmail": "news@example.com"}),
    ("form", "Contact Us", None, {"htmlName": "contact-us", "processingType": "externalWebsite"}),
    ("form", "Newsletter Sign-Up", None, {"htmlName": "newsletter", "processingType": "externalWebsite"}),
    ("landing_page", "Summit 2025 – Home", None, {"relativePath": "/summit-2025"}),
    ("landing_page", "Thank You", None, {"relativePath": "/thanks"}),
    ("email_header", "Standard Header", None, {}),
    ("email_footer", "Standard Footer", None, {}),
    ("image", "logo.png", None, {"fullImageUrl": "https://images.example.com/logo.png"}),
    ("microsite", "www.example.com", None, {"domains": ["www.example.com"]}),
    ("content_section", "Speakers", None, {}),
    ("visitor", "visitor 1", None, {"visitorId": "1", "externalId": "5f1a0000-0000-4000-8000-000000000001"}),
    ("visitor", "visitor 2", None, {"visitorId": "2", "externalId": "5f1a0000-0000-4000-8000-000000000002"}),
)

# name -> fields as (internal name, name, data type, display type)
OBJECTS: tuple[tuple[str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "Event Registrations",
        "One record for each registration in Certain",
        (
            ("Registration_Code1", "Registration Code", "text", "text"),
            ("Email_Address1", "Email Address", "text", "text"),
            ("Event_Name1", "Event Name", "text", "text"),
            ("Status1", "Status", "text", "text"),
            ("Registered_On1", "Registered On", "date", "text"),
            ("Fee_Paid1", "Fee Paid", "numeric", "text"),
            ("Guests1", "Guests", "number", "text"),
            ("Comment1", "Comment", "largeText", "textArea"),
        ),
    ),
    (
        "Interests",
        "Interests from a survey; without a unique code",
        (
            ("Topic1", "Topic", "text", "text"),
            ("Email1", "Email", "text", "text"),
            ("Strength1", "Strength", "number", "text"),
        ),
    ),
    (
        "Engagement Scores",
        "Scores by e-mail address, written back from reporting",
        (
            ("Email_Address1", "Email Address", "text", "text"),
            ("Score1", "Score", "numeric", "text"),
            ("Scored_On1", "Scored On", "date", "text"),
            ("Model1", "Model", "text", "text"),
        ),
    ),
)
# (display name, e-mail, unique code) as positions of the fields above
POINTERS = ((0, 1, 0), (0, 1, None), (0, 0, 0))


def plant_assets(world: World) -> None:
    """Add external asset types with assets, campaigns, e-mails, forms and the like."""
    activity_type = 1_000
    for number, (name, (activities, assets)) in enumerate(EXTERNAL.items(), 1):
        at = MADE + 60 * number
        world.run("INSERT INTO asset_types VALUES (?, ?, ?, ?, '8', '8')", (number, name, at, at))
        for activity in activities:
            activity_type += 1
            world.run(
                "INSERT INTO activity_types VALUES (?, ?, ?, ?, ?, '8')",
                (activity_type, number, activity, at, at),
            )
        for asset in assets:
            world.run(
                "INSERT INTO external_assets (name, asset_type_id, created_at, updated_at, "
                "created_by, updated_by) "
                "VALUES (?, ?, ?, ?, '8', '8')",
                (asset, number, at, at),
            )
    for number, (kind, name, status, body) in enumerate(ASSETS, 1):
        at = MADE + 86_400 * number
        world.run(
            "INSERT INTO eloqua_assets (id, kind, name, status, body, created_at, updated_at, "
            "created_by, updated_by) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, '8', '8')",
            (number, kind, name, status, orjson.dumps(body).decode(), at, at + 3_600),
        )


def plant_custom_objects(world: World, contacts: int) -> None:
    """Add three custom objects and their records, linked to contacts."""
    field_id = FIRST_FIELD
    for number, ((name, about, fields), pointers) in enumerate(zip(OBJECTS, POINTERS, strict=True), 1):
        at = MADE + 3_600 * number
        world.run(
            "INSERT INTO custom_objects (id, name, description, created_at, updated_at, created_by, "
            "updated_by) "
            "VALUES (?, ?, ?, ?, ?, '8', '8')",
            (number, name, about, at, at),
        )
        schema.create_record_table(world, number)
        ids: list[int] = []
        for internal_name, label, data_type, display_type in fields:
            schema.add_field(
                world, "cdo", internal_name, label, parent_id=number, id=field_id, data_type=data_type,
                display_type=display_type, created_at=at, updated_at=at,
                is_unique=int(pointers[2] is not None and len(ids) == pointers[2]),
            )  # fmt: skip
            ids.append(field_id)
            field_id += 1
        display, email, unique = (None if position is None else ids[position] for position in pointers)
        world.run(
            "UPDATE custom_objects SET display_name_field = ?, email_field = ?, unique_field = ? "
            "WHERE id = ?",
            (display, email, unique, number),
        )
        _plant_records(world, number, ids, min(contacts, (320, 150, 90)[number - 1]))


def _plant_records(world: World, number: int, ids: list[int], count: int) -> None:
    columns = ", ".join(f'"f{field_id}"' for field_id in ids)
    marks = ", ".join("?" * len(ids))
    emails = dict(
        world.db.execute('SELECT id, "C_EmailAddress" FROM contacts WHERE id <= ?', (count * 3 + 3,))
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for turn in range(count):
            contact_id = turn * 3 % max(1, len(emails)) + 1
            email, day = emails.get(contact_id), f"2025-{1 + turn % 12:02d}-{1 + turn % 28:02d} 09:30:00"
            values: tuple[Any, ...] = (
                (f"REG-{turn + 1:05d}", email, ("Summit 2025", "Spring Roadshow")[turn % 2],
                 ("Registered", "Attended", "Cancelled")[turn % 3], day,
                 f"{turn % 400}.50" if turn % 4 else None,
                 str(turn % 3), 'He said: "yes,\nof course"' if turn % 13 == 5 else None),
                (("Cloud", "Security", "Datenschutz & Größe", "分析")[turn % 4], email, str(1 + turn % 5)),
                (email, f"{turn * 7 % 100}.25", day, "A"),
            )[number - 1]  # fmt: skip
            code = values[0] if number != 2 else f"DIN{turn + 1:015d}"
            at = MADE + 3_600 * turn
            yield (turn + 1, at, at + 60, "8", "8", contact_id if email else None,
                   f"D{number}-{turn + 1:09d}",
                   code, *values)  # fmt: skip

    world.db.executemany(
        f"INSERT INTO cdo_{number} (id, created_at, updated_at, created_by, updated_by, contact_id, "
        "external_id, "
        f"unique_code, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, {marks})",
        rows(),
    )


_TYPES = (
    "EmailSend", "EmailOpen", "EmailClickthrough", "Subscribe", "Unsubscribe", "Bounceback", "FormSubmit",
    "WebVisit", "PageView", "ExternalActivity", "SmsSend", "SmsReply", "SmsClickthrough",
)  # fmt: skip


def _fields(kind: str, turn: int, number: int) -> dict[str, Any]:
    """Return the extra fields of an activity of a type."""
    message = {
        "EmailRecipientId": f"{number:08x}-0000-4000-8000-000000000000",
        "EmailDeploymentId": str(1 + turn % 5),
    }
    if kind.startswith("Email"):
        message |= {
            "SubjectLine": ("Save the date", "You are invited")[turn % 2],
            "EmailSendType": "Campaign", "EmailWebLink": f"https://mail.example.com/w/{number}",
        }  # fmt: skip
    if kind in ("EmailOpen", "EmailClickthrough", "WebVisit", "PageView"):
        message["IpAddress"] = f"192.0.2.{1 + turn % 250}"
    extra = {
        "EmailClickthrough": {"EmailClickedThruLink": "https://www.example.com/summit-2025?x=1&y=2"},
        "Bounceback": {"SmtpErrorCode": "550", "SmtpStatusCode": "5.1.1",
                       "SmtpMessage": "No such user, sorry"},
        "FormSubmit": {"RawData": "elqFormName=contact-us&message=Hello%2C+world"},
        "WebVisit": {"ReferrerUrl": "https://search.example/", "NumberOfPages": str(1 + turn % 9),
                     "FirstPageViewUrl": "https://www.example.com/", "Duration": str(30 + turn),
                     "WebVisitSavedId": str(number)},
        "PageView": {"WebVisitId": str(1 + turn % 40), "Url": "https://www.example.com/summit-2025",
                     "ReferrerUrl": "", "IsWebTrackingOptedIn": "true", "PageViewSavedId": str(number)},
    }  # fmt: skip
    if kind not in ("Subscribe", "Unsubscribe", "Bounceback") and not kind.startswith("Email"):
        message = {name: value for name, value in message.items() if name == "IpAddress"}
    return message | extra.get(kind, {})


def plant_activities(world: World, contacts: int) -> None:
    """Add activities of every type, up to 120 of each, spread over 2025."""
    count = min(contacts, 120)
    emails = dict(
        world.db.execute('SELECT id, "C_EmailAddress" FROM contacts WHERE id <= ?', (count * 5 + 1,))
    )
    happenings = [
        (kind, name, activity)
        for kind, (activities, assets) in EXTERNAL.items()
        for name in assets
        for activity in activities
    ]

    def rows() -> Iterator[tuple[Any, ...]]:
        number = 0
        for position, kind in enumerate(_TYPES):
            for turn in range(count):
                number += 1
                contact_id = turn * 5 % len(emails) + 1
                at = MADE + 3_600 * (turn * 61 + position)
                asset: tuple[str | None, str | None, str | None] = (None, None, None)
                if kind.startswith(("Email", "Subscr", "Unsub", "Bounce")):
                    asset = ("Email", ("Save the Date", "Invitation")[turn % 2], None)
                elif kind == "FormSubmit":
                    asset = ("Form", "Contact Us", None)
                elif kind == "ExternalActivity":
                    asset = happenings[turn % len(happenings)]
                visitor = kind in ("WebVisit", "PageView", "FormSubmit", "EmailOpen", "EmailClickthrough")
                yield (
                    kind, at, contact_id, emails.get(contact_id), 1 + turn % 2, asset[0], asset[1], asset[2],
                    f"{kind[:2].upper()}{number:016d}", str(1 + turn % 40) if visitor else None,
                    f"{1 + turn % 40:08x}-0000-4000-8000-000000000000" if visitor else None,
                    orjson.dumps(_fields(kind, turn, number)).decode(), at + 120,
                )  # fmt: skip

    world.db.executemany(
        "INSERT INTO activities (type, happened_at, contact_id, email, campaign_id, asset_type, asset_name, "
        "external_type, external_id, visitor_id, visitor_external_id, fields, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows(),
    )
    world.run(
        "UPDATE activities SET asset_id = (SELECT id FROM eloqua_assets a WHERE a.name = "
        "activities.asset_name "
        "AND a.kind IN ('email', 'form')) WHERE asset_type IN ('Email', 'Form')"
    )
    world.run(
        "UPDATE activities SET asset_id = (SELECT x.id FROM external_assets x JOIN asset_types t "
        "ON t.id = x.asset_type_id WHERE x.name = activities.asset_name AND t.name = activities.asset_type) "
        "WHERE type = 'ExternalActivity'"
    )
