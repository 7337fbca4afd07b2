"""What must hold: of a plan before it may be delivered, of a delivery afterwards, and of the deployment at
any time.
"""
