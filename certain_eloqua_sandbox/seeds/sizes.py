"""How large a seed may be: what a machine plants in minutes, not what it could count to."""

MOST_CONTACTS = 5_000_000
MOST_REGISTRATIONS = 1_000_000
