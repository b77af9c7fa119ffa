"""Ports: what a room needs from the outside, bound to an adapter once, in `wiring`."""

from typing import Generic, TypeVar

Adapter = TypeVar("Adapter")


class Port(Generic[Adapter]):
    """A named place for one adapter."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._adapter: Adapter | None = None

    def bind(self, adapter: Adapter) -> None:
        """Called by wiring; binding again replaces (tests bind simulators)."""
        self._adapter = adapter

    def get(self) -> Adapter:
        """The adapter."""
        assert self._adapter is not None, f"the port {self.name} is bound by wiring"
        return self._adapter
