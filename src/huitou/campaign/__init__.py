"""Campaigns: one-off work on customers; a care task is a campaign for associates.

Headquarters names whom (a segment, a rule, an opportunity), with what words and products, until
when, and what happens if nobody does it. The preview runs the same decisions as publishing: who is
treated by which associate, who is held out as a control, who is left out and why. Everyone's
decision is kept. After the deadline associates are urged once, then another channel takes over,
never for somebody who was already reached.
"""
