"""Certain's Eloqua connector jobs as a Dagster project.

Start reading at `definitions.py`. The rooms and the way imports may point are in docs/architecture.md.
"""

import os

# Arrow's own allocators keep much of what the largest step needed; the system's gives it back when it is
# trimmed (resources/frames.py). Arrow reads the variable once, before any table exists.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
