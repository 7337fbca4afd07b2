"""Oracle Eloqua: login, Bulk 2.0, REST 1.0 and 2.0."""
