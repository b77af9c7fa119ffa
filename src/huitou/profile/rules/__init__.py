"""Pure decisions of the profile: what events say as facts, and the words people read."""
