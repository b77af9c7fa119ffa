"""What the edges and rooms stand on: database, notices, jobs, settings, HTTP. Knows no room."""
