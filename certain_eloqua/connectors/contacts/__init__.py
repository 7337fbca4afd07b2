"""The contacts family: import profiles, import registrations, upsert contacts (kinds 1, 2 and 4)."""
