"""What is read, planned and delivered. `read_assets` are shared; `connector_assets` makes a connector's
own.
"""
