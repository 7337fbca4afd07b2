"""Eloqua's Bulk API 2.0: definitions, staging, syncs, logs and rejects, exported rows.

A definition is checked whole (``validation``), rows are staged as they arrive (``staging``), and a
sync does its work in a few SQL statements over all rows (``exporting``, ``importing``).
"""

from certain_eloqua_sandbox.eloqua.bulk import definitions, metadata, pages, staging, syncs
from certain_eloqua_sandbox.eloqua.bulk.responses import refuse
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.bulk.schema import create_tables

__all__ = ["ROUTES", "create_tables", "definitions", "metadata", "pages", "refuse", "staging", "syncs"]
