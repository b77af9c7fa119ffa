"""What a campaign does about a customer. Pure."""
