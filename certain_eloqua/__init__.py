"""Certain's Eloqua connector jobs as a Dagster project.

Start reading at `definitions.py`. The rooms and the way imports may point are in docs/architecture.md.
"""
