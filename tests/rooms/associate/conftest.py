"""The channels' fixtures of reach: customers who can be contacted."""

from tests.rooms.reach.conftest import adapters, live_town, sms, town, wecom

__all__ = ["adapters", "live_town", "sms", "town", "wecom"]
