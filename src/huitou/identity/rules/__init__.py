"""Identity's decisions: who is one, who may be, what to say of it, and what another rule would do."""
