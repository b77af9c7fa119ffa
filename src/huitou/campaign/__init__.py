"""Campaigns: one-off work on customers, in steps.

Headquarters names whom (a segment, a rule, an opportunity), with what words and products, by which
ways in what order, and when each has had its time. The preview runs the same decisions as publishing:
who is treated, who is held out as a control, who is left out and why. Everyone's decision is kept, and
their way through the steps. Associates are urged once at their deadline; then the next channel takes
over, never for somebody who was already reached or may still be.
"""
