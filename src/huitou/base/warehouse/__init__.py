"""The columnar copy for whole-base questions: immutable Parquet files, listed in PostgreSQL.

Rooms say in their `warehouse.py` what they publish. The writer takes changed keys off the feed and
writes their rows to a file that becomes visible with the commit. Any process reads a snapshot by
reading the list; DuckDB answers, under the names the tables have in PostgreSQL. It is a copy, and is
made again by `huitou warehouse rebuild`.
"""
