"""Stand-ins for Oracle Eloqua and Certain, reached over HTTP only.

Nothing here imports the product, and the product imports only the command line of this package. ``wire`` has
requests, responses, routes and platforms, ``world`` the state of all platforms, ``server`` serves them on a
port, ``control`` is the door for tests, and each platform is a folder (``platforms.MODULES``).
"""
