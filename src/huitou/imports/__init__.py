"""Files from outside: a table or JSON lines become events, goods, units and staff.

An edge: a file is kept, looked at (columns, a guessed mapping), rehearsed or imported by a job in
chunks, each in one transaction with its progress. Rows that fail come back as a file with reasons.
The same file twice is the same events, so nothing doubles.
"""
