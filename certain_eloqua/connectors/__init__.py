"""The knowledge of the jobs: the catalogue, one module per kind, and the reading of connector files."""
