"""Status changes of registrations, sessions and agenda items become activities and list memberships."""
