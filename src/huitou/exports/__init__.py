"""Members of a segment as a table for a spreadsheet: written by a job, a block of customers a
transaction, kept sealed for seven days, and opened only while it is downloaded."""
