"""The demo: an environment (sandbox, Dagster home, settings of its own), a scenario, and a report."""
