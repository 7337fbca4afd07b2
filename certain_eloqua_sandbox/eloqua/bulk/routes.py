"""The router that every module of this room registers its operations with."""

from certain_eloqua_sandbox.wire import Routes

ROUTES = Routes("/api/bulk/2.0", ignore_case=True)
