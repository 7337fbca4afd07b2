"""The connector files: reading them strictly, choosing events, schedules, templates."""
