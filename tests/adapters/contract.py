"""What every `reach.Channel` must do, checked against its simulator over a socket.

Subclass `ChannelContract` in a test module as `TestContract` and give the fixture `stage`.
"""

from typing import Protocol

import pytest

from huitou.reach.types.channels import (
    Channel,
    Delivered,
    Failed,
    Outgoing,
    Submitted,
    Unknown,
    Waiting,
)


class Stage(Protocol):
    """A channel in front of its simulator, and the hands to move the simulated world."""

    channel: Channel

    def outgoing(self) -> Outgoing:
        """A new message that can be delivered."""
        ...

    def unwanted(self) -> Outgoing:
        """A new message the channel refuses for good."""
        ...

    def deliver(self, outgoing: Outgoing) -> None:
        """Let the simulated world deliver it."""
        ...

    def count(self, outgoing: Outgoing) -> int:
        """How many copies the simulator has taken."""
        ...

    def refuse_once(self) -> None:
        """The next submit is refused for a passing reason."""
        ...

    def break_before(self) -> None:
        """The connection of the next submit breaks before it has an effect."""
        ...

    def break_after(self) -> None:
        """The connection of the next submit breaks after it had its effect."""
        ...

    def unplugged(self) -> Channel:
        """The same channel, with nobody at the other end."""
        ...


class ChannelContract:
    """The suite; all sub-classes run the same steps."""

    @pytest.fixture
    def stage(self) -> Stage:
        raise NotImplementedError

    def test_a_message_is_submitted_waits_and_is_delivered(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        submitted = stage.channel.submit(outgoing)
        assert isinstance(submitted, Submitted)
        assert submitted.ref
        waiting = stage.channel.ask(outgoing, submitted.ref)
        assert isinstance(waiting, Waiting)
        stage.deliver(outgoing)
        delivered = stage.channel.ask(outgoing, submitted.ref)
        assert isinstance(delivered, Delivered)
        assert delivered.ref == submitted.ref
        assert delivered.at.utcoffset() is not None

    def test_asking_changes_nothing(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        submitted = stage.channel.submit(outgoing)
        assert isinstance(submitted, Submitted)
        stage.deliver(outgoing)
        first = stage.channel.ask(outgoing, submitted.ref)
        assert stage.channel.ask(outgoing, submitted.ref) == first
        assert stage.count(outgoing) == 1

    def test_an_unknown_submit_is_found_by_asking(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        stage.break_after()
        assert isinstance(stage.channel.submit(outgoing), Unknown)
        assert isinstance(stage.channel.ask(outgoing, None), Waiting | Delivered)
        stage.deliver(outgoing)
        assert isinstance(stage.channel.ask(outgoing, None), Delivered)
        assert stage.count(outgoing) == 1

    def test_an_unknown_submit_that_never_arrived_may_be_sent_again(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        stage.break_before()
        assert isinstance(stage.channel.submit(outgoing), Unknown)
        asked = stage.channel.ask(outgoing, None)
        assert isinstance(asked, Failed)
        assert (asked.code, asked.is_final) == ("not_found", False)
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        assert stage.count(outgoing) == 1

    def test_a_refusal_for_good_is_final(self, stage: Stage) -> None:
        outgoing = stage.unwanted()
        refused = stage.channel.submit(outgoing)
        assert isinstance(refused, Failed)
        assert refused.is_final
        assert stage.count(outgoing) == 0

    def test_a_passing_refusal_may_be_tried_again(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        stage.refuse_once()
        refused = stage.channel.submit(outgoing)
        assert isinstance(refused, Failed)
        assert not refused.is_final
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        assert stage.count(outgoing) == 1

    def test_nobody_at_the_other_end_is_a_passing_failure(self, stage: Stage) -> None:
        outgoing, channel = stage.outgoing(), stage.unplugged()
        refused = channel.submit(outgoing)
        assert isinstance(refused, Failed)
        assert not refused.is_final
        assert isinstance(channel.ask(outgoing, None), Unknown)
