"""What others may ask of reach: messages and decisions, and mailings."""
