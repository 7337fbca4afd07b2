"""How to talk to the platforms: plain Python, one folder per platform, nothing of Dagster.

What is common to all of them is here: the error tree, the HTTP client with its one retry policy, polling.
"""
