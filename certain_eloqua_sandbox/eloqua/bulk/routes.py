"""The routes of the Bulk API, to which every module of this folder adds its operations."""

from certain_eloqua_sandbox.wire import Routes

ROUTES = Routes("/api/bulk/2.0", ignore_case=True)
