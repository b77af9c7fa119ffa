"""Vendors with HTTP interfaces of their own: 5G messages, calls by a robot, a merchant's own App."""
