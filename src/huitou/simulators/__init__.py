"""Stand-ins for the outside world, true to the wire: for the demo, tests and developers."""
