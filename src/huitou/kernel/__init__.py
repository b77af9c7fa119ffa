"""Pure building blocks: ids, money, time, refusals, pages. Imports nothing of ours, does no I/O."""
