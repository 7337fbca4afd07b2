"""The demo: a stage (sandbox, Dagster home, settings of its own), a story, and a report of both sides."""
