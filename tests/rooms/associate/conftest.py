"""The channels' fixtures of reach: customers who can be contacted."""

from tests.rooms.reach.conftest import live_town, sms, town, wecom

__all__ = ["live_town", "sms", "town", "wecom"]
