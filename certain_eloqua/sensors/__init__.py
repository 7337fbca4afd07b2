"""What is noticed without being asked. Sensors start stopped and only decide; runs do the work."""

from certain_eloqua.sensors.new_events import new_events

all_sensors = [new_events]

__all__ = ["all_sensors", "new_events"]
