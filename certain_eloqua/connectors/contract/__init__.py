"""What a kind of connector is made of: settings, plan, delivery, and the words they share."""
