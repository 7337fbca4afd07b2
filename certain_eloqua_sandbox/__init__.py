"""Stand-ins for Oracle Eloqua and Certain, spoken to over HTTP only.

Somebody else's computer: nothing here imports the rest of the project, and only the command
line starts it. ``wire`` says what a request, an answer and a route are, ``world`` holds the
state of both platforms, ``server`` puts them on a port, ``control`` is the door for tests.
"""
