"""The door for tests, ``/_sandbox/…``: seeds, snapshots, settings, clock, faults, syncs, counters, journal.

Open to everyone who reaches the port.
"""
