"""Is the check sound? Pages broken on purpose, and a second route in plain loops."""
