"""Engagement and interest metrics: computed from an event's programme, uploaded to Eloqua custom objects."""
