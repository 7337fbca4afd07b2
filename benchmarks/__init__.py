"""Measured promises: run them with `make bench`."""
