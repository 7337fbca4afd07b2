"""Sensors decide which runs to start. They are stopped at first; the runs do the work."""

from certain_eloqua.sensors.new_events import new_events

all_sensors = [new_events]

__all__ = ["all_sensors", "new_events"]
