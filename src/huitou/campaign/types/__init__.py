"""Words of the campaign room: plans, candidates, what is shown."""
