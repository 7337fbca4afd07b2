"""Migrations of the ledger, one file each in `versions`; applied when the ledger is opened."""
