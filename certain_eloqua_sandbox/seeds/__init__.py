"""Invented accounts for both platforms, the same for the same seed number."""
