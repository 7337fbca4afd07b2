"""The tables of "Certain".

A column has the name of the member it is answered as, so a row is nearly an answer; what is rarely
searched stands in ``doc``, a JSON object. Stamps are the platform's own wall-clock text
(``yyyy-MM-ddTHH:mm:ss``, see ``stamps.py``), which sorts and compares as it is.
"""

from __future__ import annotations

from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS certain_accounts (
    accountId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL UNIQUE, accountName TEXT NOT NULL,
    parentAccountCode TEXT, isActive INTEGER NOT NULL DEFAULT 1,
    showDefaultStatuses INTEGER NOT NULL DEFAULT 1, useParentAccountTags INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS certain_users (
    pkUserId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT, name TEXT, email TEXT COLLATE NOCASE, userTypeName TEXT, uuid TEXT,
    isActive INTEGER NOT NULL DEFAULT 1, dateCreated TEXT, dateModified TEXT);
CREATE TABLE IF NOT EXISTS certain_locations (
    pkLocationId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, locationCode TEXT NOT NULL,
    name TEXT NOT NULL,
    line1 TEXT, line2 TEXT, city TEXT, state TEXT, zip TEXT, country TEXT, capacity INTEGER,
    isActive INTEGER NOT NULL DEFAULT 1, dateCreated TEXT, dateModified TEXT, UNIQUE (accountCode,
    locationCode));
CREATE TABLE IF NOT EXISTS certain_tags (
    tagId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL,
    UNIQUE (accountCode, name));
CREATE TABLE IF NOT EXISTS certain_tagged (          -- a tag put on something; owner = the thing's key
    entity TEXT NOT NULL,          -- agendaItem | session | registrationStatus | attendeeType | event
    owner INTEGER NOT NULL, tagId INTEGER NOT NULL, PRIMARY KEY (entity, owner, tagId)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS certain_events (
    eventId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, eventCode TEXT NOT NULL, eventName TEXT NOT NULL,
    eventStatus TEXT NOT NULL, startDate TEXT, endDate TEXT, timezone TEXT, notes TEXT,
    isActive INTEGER NOT NULL DEFAULT 1, isLocked INTEGER NOT NULL DEFAULT 0,
    txtEvtCreatedBy TEXT, txtEvtModifiedBy TEXT, dateCreated TEXT, dateModified TEXT,
    doc TEXT NOT NULL DEFAULT '{}', UNIQUE (accountCode, eventCode));
CREATE TABLE IF NOT EXISTS certain_statuses (   -- standard: of an account; custom: of an event
    pkStatusId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, pkEventId INTEGER, label TEXT NOT NULL,
    classification TEXT NOT NULL, description TEXT, isStandard INTEGER NOT NULL,
    UNIQUE (accountCode, pkEventId, label));
CREATE TABLE IF NOT EXISTS certain_attendee_types (
    pkAttendeeTypeId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, attendeeTypeCode TEXT NOT NULL,
    name TEXT NOT NULL, inventory INTEGER, defaultStatus TEXT, isExhibitor INTEGER NOT NULL DEFAULT 0,
    isActive INTEGER NOT NULL DEFAULT 1, dateCreated TEXT, dateModified TEXT,
    UNIQUE (pkEventId, attendeeTypeCode));

CREATE TABLE IF NOT EXISTS certain_profiles (
    pkProfileId INTEGER PRIMARY KEY, accountCode TEXT NOT NULL, profilePin TEXT NOT NULL,
    externalKey TEXT, sourceOfProfile TEXT, salutation TEXT, firstName TEXT, lastName TEXT,
    email TEXT COLLATE NOCASE, organization TEXT, position TEXT, phone TEXT, phoneMobile TEXT, fax TEXT,
    username TEXT, isActive INTEGER NOT NULL DEFAULT 1, isAnonymized INTEGER NOT NULL DEFAULT 0,
    dateCreated TEXT NOT NULL, dateModified TEXT NOT NULL, doc TEXT NOT NULL DEFAULT '{}',
    UNIQUE (accountCode, profilePin));
CREATE INDEX IF NOT EXISTS certain_profiles_external ON certain_profiles (externalKey)
    WHERE externalKey IS NOT NULL;
CREATE INDEX IF NOT EXISTS certain_profiles_modified ON certain_profiles (accountCode, dateModified);

CREATE TABLE IF NOT EXISTS certain_registrations (
    pkRegId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, accountCode TEXT NOT NULL,
    registrationCode TEXT NOT NULL UNIQUE, pkProfileId INTEGER NOT NULL, attendeeTypeCode TEXT,
    registrationStatusLabel TEXT NOT NULL, statusModified TEXT NOT NULL,
    isActive INTEGER NOT NULL DEFAULT 1, isConfirmed INTEGER NOT NULL DEFAULT 0,
    isTestMode INTEGER NOT NULL DEFAULT 0, doFollowUp INTEGER NOT NULL DEFAULT 0,
    orderCode TEXT, badgeName TEXT, salesID TEXT, source TEXT,
    dateCreated TEXT NOT NULL, dateModified TEXT NOT NULL, doc TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS certain_registrations_modified ON certain_registrations (pkEventId, dateModified);
CREATE INDEX IF NOT EXISTS certain_registrations_type ON certain_registrations (pkEventId, attendeeTypeCode);
CREATE INDEX IF NOT EXISTS certain_registrations_profile ON certain_registrations (pkProfileId);

CREATE TABLE IF NOT EXISTS certain_agenda_items (
    pkActivityId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, activityCode TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT, startDate TEXT, endDate TEXT, isActivity INTEGER NOT NULL DEFAULT 1,
    isAgenda INTEGER NOT NULL DEFAULT 1, isRequired INTEGER NOT NULL DEFAULT 0,
    isActive INTEGER NOT NULL DEFAULT 1, allowWaitlist INTEGER NOT NULL DEFAULT 0,
    noPrint INTEGER NOT NULL DEFAULT 0, notified INTEGER NOT NULL DEFAULT 0,
    omitDate INTEGER NOT NULL DEFAULT 0,
    hideOnSchedule INTEGER NOT NULL DEFAULT 0, hideRating INTEGER NOT NULL DEFAULT 0,
    printTicket INTEGER NOT NULL DEFAULT 0, email TEXT, points INTEGER, ceu INTEGER, sortOrder INTEGER,
    capacity INTEGER, dateCreated TEXT, dateModified TEXT, doc TEXT NOT NULL DEFAULT '{}',
    UNIQUE (pkEventId, activityCode));
CREATE TABLE IF NOT EXISTS certain_registration_agendas (
    pkRegAgendaId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, pkRegId INTEGER NOT NULL,
    pkActivityId INTEGER NOT NULL, status TEXT NOT NULL, registeredQuantity INTEGER NOT NULL DEFAULT 1,
    dateCreated TEXT, dateModified TEXT, UNIQUE (pkRegId, pkActivityId));
CREATE INDEX IF NOT EXISTS certain_registration_agendas_modified
    ON certain_registration_agendas (pkEventId, dateModified);
CREATE INDEX IF NOT EXISTS certain_registration_agendas_item ON certain_registration_agendas (pkActivityId,
status);

CREATE TABLE IF NOT EXISTS certain_sessions (
    sessionId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, sessionCode TEXT NOT NULL,
    sessionTitle TEXT NOT NULL,
    sessionDescription TEXT, abstractDesc TEXT, typeName TEXT, level TEXT, trackName TEXT, trackColour TEXT,
    duration INTEGER, capacity INTEGER, points INTEGER, notes TEXT, isActive INTEGER NOT NULL DEFAULT 1,
    dateCreated TEXT, dateModified TEXT, doc TEXT NOT NULL DEFAULT '{}', UNIQUE (pkEventId, sessionCode));
CREATE TABLE IF NOT EXISTS certain_instances (
    instanceId INTEGER PRIMARY KEY, sessionId INTEGER NOT NULL, instanceCode TEXT NOT NULL,
    status TEXT NOT NULL,          -- Qualified | Scheduled | Published
    locationCode TEXT, locationName TEXT, venue TEXT, startTime TEXT, endTime TEXT, dateModified TEXT);
CREATE INDEX IF NOT EXISTS certain_instances_session ON certain_instances (sessionId);
CREATE TABLE IF NOT EXISTS certain_session_registrations (
    pkRegSessionId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, pkRegId INTEGER NOT NULL,
    instanceId INTEGER NOT NULL, regSessionStatus TEXT NOT NULL, dateCreated TEXT, dateModified TEXT,
    UNIQUE (pkRegId, instanceId));
CREATE INDEX IF NOT EXISTS certain_session_registrations_instance
    ON certain_session_registrations (instanceId);
CREATE INDEX IF NOT EXISTS certain_session_registrations_modified
    ON certain_session_registrations (pkEventId, dateModified);

CREATE TABLE IF NOT EXISTS certain_appointments (
    appointmentId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, pkRegId INTEGER NOT NULL,
    targetPkRegId INTEGER NOT NULL, startDate TEXT, endDate TEXT, location TEXT, status TEXT,
    appointmentType TEXT, appointmentSource TEXT, reason TEXT, appointmentRating TEXT NOT NULL DEFAULT '[]',
    calendar TEXT);
CREATE INDEX IF NOT EXISTS certain_appointments_event ON certain_appointments (pkEventId);
CREATE TABLE IF NOT EXISTS certain_ratings (
    pkRatingId INTEGER PRIMARY KEY, pkEventId INTEGER NOT NULL, registrationCode TEXT NOT NULL,
    instanceId INTEGER, activityCode TEXT, rating INTEGER NOT NULL, dateModified TEXT);
CREATE INDEX IF NOT EXISTS certain_ratings_event ON certain_ratings (pkEventId);
"""


def create_tables(world: World) -> None:
    """Create the tables of Certain in a world that has none."""
    world.db.executescript(TABLES)
    by_email = "CREATE INDEX IF NOT EXISTS certain_profiles_by_email ON certain_profiles"
    world.run(f"{by_email} ({key_sql('email')})")
