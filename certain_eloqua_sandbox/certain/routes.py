"""The doors of Certain that modules put their handlers behind, and where the knowledge comes from."""

from __future__ import annotations

from certain_eloqua_sandbox.certain.answers import API_2, STANDARD_2, SVCS_3
from certain_eloqua_sandbox.wire import Routes

API = Routes(API_2)
STANDARD = Routes(STANDARD_2)
SVCS = Routes(SVCS_3)

EVENT = "/accounts/{account}/events/{event}"  # the stem of every path of Standard 2.0

GUIDE = "Certain API 2.0 Developer Information"
SUITE = "public Java test suite of the Certain API"
CLIENTS = "observed in public clients of Certain"
HELP = "Certain help pages"
OURS = "no source found: a decision of this project"
