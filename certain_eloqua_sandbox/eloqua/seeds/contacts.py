"""Contacts and accounts of the planted Eloqua, with the dirt that real ones have.

The dirt sits at fixed places of the sequence, so a test can rely on it: an e-mail in capitals at every
97th contact, none at every 211th, and so on, whatever the seed number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from certain_eloqua_sandbox.seeds.people import Person, companies, people, salutation
from certain_eloqua_sandbox.world import World

FIRST_DAY = 1_546_300_800  # 2019-01-01
SPAN = 6 * 365 * 86_400  # the last contact is created before 2025
LAST_CHANGE = 1_767_139_200  # 2025-12-31

_COLUMNS = (
    "id", "created_at", "updated_at", "created_by", "updated_by", "is_subscribed", "is_bounced",
    "subscription_date", "unsubscription_date", "bounceback_date", "email_format", "account_id",
    "C_EmailAddress", "C_FirstName", "C_LastName", "C_Company", "C_Title", "C_BusPhone", "C_MobilePhone",
    "C_Address1", "C_City", "C_State_Prov", "C_Zip_Postal", "C_Country", "C_SFDCContactID", "C_Salutation",
    "C_Industry1", "C_Lead_Status1", "C_Lead_Score1", "C_Region1", "C_Customer_Tier1", "C_GDPR_Consent1",
    "C_Preferred_Language1", "C_Customer_Since1", "C_Budget1", "C_Notes1", "C_Product_Interest1",
    "C_SFDC_EmailOptOut1", "C_Test_Contact1",
)  # fmt: skip
_ACCOUNT_COLUMNS = (
    "id", "created_at", "updated_at", "created_by", "updated_by", "M_CompanyName", "M_City", "M_Country",
    "M_BusPhone", "M_Website1", "M_Industry1", "M_Employees1",
)  # fmt: skip
FILLED = frozenset(_COLUMNS + _ACCOUNT_COLUMNS)  # the fields that planted records have values for
_INDUSTRIES = (
    "Manufacturing",
    "Healthcare",
    "Finance & Insurance",
    "Education",
    "Retail",
    "Technology",
    None,
)
_STATUSES = ("New", "Working", "Qualified", "Unqualified", None, None)
_TIERS = ("Gold", "Silver", "Bronze", "Prospect", None, None, None)
_LANGUAGES = ("en", "de", "fr", "es", "ja", None)
_INTERESTS = (
    "Cloud",
    "Cloud::Security",
    "Analytics",
    "Artificial Intelligence::Data",
    None,
    None,
    None,
    None,
)
_NOTES = (
    'Said: "call me after 5", then hung up.',
    "First line\nSecond line, with a comma\r\nThird line",
    "Loves 🦄 and 𝒎𝒂𝒕𝒉; hates <b>tags</b> & ampersands",
    "  leading and trailing blanks  ",
    "tab\there; 100% 'quoted' \\ backslash",
    "=SUM(A1:A2)",
    "Größe: ½ m² – “naïve” café…",
    "null",
)
_REGIONS = {
    "Germany": "EMEA", "France": "EMEA", "United Kingdom": "EMEA", "Spain": "EMEA", "Switzerland": "EMEA",
    "United States": "Americas", "Canada": "Americas", "Brazil": "Americas", "Japan": "APAC", "China": "APAC",
    "Australia": "APAC", "South Korea": "APAC", "Singapore": "APAC", "India": "APAC",
}  # fmt: skip


def _email(person: Person) -> str | None:
    number, email = person.number, person.email
    if number % 97 == 13:
        return email.upper()
    if number % 97 == 31:
        return email.title()
    if number % 211 == 100:
        return None
    if number % 301 == 77:
        return f"o'{email.replace('@', '+news@', 1)}"
    return email


def _row(person: Person, accounts: dict[str, int]) -> tuple[Any, ...]:
    number = person.number
    dice = number * 40_503 & 0xFFFF
    created = FIRST_DAY + (number * 1_103_515_245 + 12_345 & 0x7FFF_FFFF) % SPAN
    updated = created + (number * 2_654_435_761 & 0xFFFF_FFFF) % (LAST_CHANGE - created)
    unsubscribed, bounced = number % 41 == 7, number % 67 == 19
    first, last, address = person.first_name, person.last_name, person.address
    if number % 53 == 7:
        first, last = f" {first}", f"{last}  "
    if number % 61 == 3:
        address = f'{address}\nFloor {number % 9 + 1}, "East Wing"'
    if number % 89 == 5:
        first, last = first.lower(), last.upper()
    user = "8" if number % 3 else "9"
    return (
        number + 1, float(created), float(updated), user, user, 0 if unsubscribed else 1, 1 if bounced else 0,
        float(created), float(updated) if unsubscribed else None, float(updated) if bounced else None,
        ("unspecified", "html", "text")[number % 50 % 3] if number % 50 < 3 else "unspecified",
        accounts.get(person.company),
        _email(person), None if number % 83 == 2 else first, last, person.company or None,
        person.title or None,
        person.phone, person.mobile or None, address, person.city, person.state or None, person.zip or None,
        person.country, f"003{number:015d}" if number % 4 == 0 else None, salutation(person),
        _INDUSTRIES[dice % 7], _STATUSES[dice % 6], str(dice % 101) if dice % 3 else None,
        _REGIONS.get(person.country), _TIERS[dice % 11 % 7], "Yes" if dice % 4 else "No",
        _LANGUAGES[dice % 13 % 6],
        f"20{10 + dice % 14:02d}-{1 + dice % 12:02d}-{1 + dice % 28:02d} 00:00:00" if dice % 5 == 0 else None,
        f"{dice}.{dice % 100:02d}" if dice % 8 == 0 else None,
        _NOTES[number // 17 % 8] if number % 17 == 11 else None, _INTERESTS[dice % 19 % 8],
        "1" if unsubscribed else "0", "Yes" if number % 499 == 250 else "No",
    )  # fmt: skip


def plant_accounts(world: World) -> dict[str, int]:
    """Add the companies and three branches of each; return the ids of the companies by name."""
    rows: list[tuple[Any, ...]] = []
    for branch in ("", " (Europe)", " (Americas)", " (Asia/Pacific)"):
        for name, domain in companies():
            number = len(rows) + 1
            created = float(FIRST_DAY - 86_400 * (400 - number))
            rows.append((
                number, created, created + 3600.0 * number, "8", "8", name + branch,
                ("Boston", "Köln", "東京都")[number % 3],
                ("United States", "Germany", "Japan")[number % 3], f"+1 {300 + number}-555-{number:04d}",
                f"https://www.{domain}",
                None if number % 7 == 0 else _INDUSTRIES[number % 6], str(number * 113),
            ))  # fmt: skip
    _insert(world, "accounts", _ACCOUNT_COLUMNS, rows)
    return {name: number for number, (name, _) in enumerate(companies(), 1)}


def plant_contacts(world: World, seed: int, count: int) -> None:
    """Add the contacts, numbered from 1, linked to the account of their company."""
    accounts = plant_accounts(world)

    def rows() -> Iterator[tuple[Any, ...]]:
        for person in people(seed, count):
            yield _row(person, accounts)

    world.run("DROP INDEX contacts_account")
    _insert(world, "contacts", _COLUMNS, rows())
    # Much faster after the rows.
    world.run("CREATE INDEX contacts_account ON contacts (account_id) WHERE account_id IS NOT NULL")


def _insert(world: World, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    world.db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
