"""What attribution decides: the credit of an order, and the measured lift. Pure."""
