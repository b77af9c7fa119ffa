"""Associates and their tasks: whom to contact today, with what words and which products.

A task is one customer for one associate, from a campaign, with the reason, an editable text and a
product list. One tap plans the message in the associate's own WeCom, where they confirm it; a
purchase before that closes the task. Managers see their stores' tasks, urge, and hand tasks of who
is away to a colleague. Each associate has a sales goal for the month.
"""
