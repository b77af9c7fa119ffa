"""Files from outside: CSV, JSON lines, workbooks or Parquet become events, goods, units and staff.

An edge: a file is looked at (columns, a guessed mapping), kept as sealed blocks of rows, rehearsed or
imported by a job, a block a transaction with its progress. Rows that fail come back as a file with
reasons. The same file twice is the same events, so nothing doubles.
"""
