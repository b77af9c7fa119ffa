"""What every `reach.Channel` must do, checked against its simulator over a socket.

Subclass `ChannelContract` in a test module as `TestContract` and give the fixture `stage`; where the
provider reports by calling us, `ReportContract` too. Where it gives tokens, `TokenContract`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Protocol

import pytest

from huitou.kernel.errors import Refusal
from huitou.reach.rules import standing
from huitou.reach.types.channels import (
    Channel,
    Delivered,
    Failed,
    Outgoing,
    Receipt,
    Submitted,
    Unknown,
    Waiting,
)


class Stage(Protocol):
    """A channel in front of its simulator, and the hands to move the simulated world."""

    channel: Channel
    is_asked: bool
    """Whether the provider answers questions; else it only tells of its own accord."""

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

    def test_a_message_is_submitted_waits_and_is_delivered(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        submitted = stage.channel.submit(outgoing)
        assert isinstance(submitted, Submitted)
        assert submitted.ref
        waiting = stage.channel.ask(outgoing, submitted.ref)
        assert isinstance(waiting, Waiting)
        stage.deliver(outgoing)
        delivered = stage.channel.ask(outgoing, submitted.ref)
        if not stage.is_asked:
            assert delivered == waiting
            return
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

    def test_an_unknown_submit_that_arrived_never_arrives_twice(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        stage.break_after()
        assert isinstance(stage.channel.submit(outgoing), Unknown)
        self._follow(stage, outgoing)
        stage.deliver(outgoing)
        if stage.is_asked:
            assert isinstance(stage.channel.ask(outgoing, None), Delivered)
        assert stage.count(outgoing) == 1

    def test_an_unknown_submit_that_never_arrived_goes_out_once_or_not(self, stage: Stage) -> None:
        outgoing = stage.outgoing()
        stage.break_before()
        assert isinstance(stage.channel.submit(outgoing), Unknown)
        is_again = self._follow(stage, outgoing)
        assert stage.count(outgoing) == int(is_again)

    def _follow(self, stage: Stage, outgoing: Outgoing) -> bool:
        """What reach does with an unknown submit; whether it handed the message over again."""
        asked = stage.channel.ask(outgoing, None)
        if not isinstance(asked, Failed):
            assert isinstance(asked, Waiting | Delivered | Unknown)
            return False
        assert (asked.code, asked.is_final) == ("not_found", False)
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        return True

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
        told = channel.ask(outgoing, None)
        assert isinstance(told, Unknown if stage.is_asked else Unknown | Failed)


class TemplatedStage(Stage, Protocol):
    """A channel with templates of its own."""

    def lacking(self) -> Outgoing:
        """A new message without a value that its template asks for."""
        ...


class TemplateContract:
    """What a template asks for has to be there."""

    def test_a_message_with_a_hole_is_refused_before_anything_is_sent(
        self, stage: TemplatedStage
    ) -> None:
        # Had it tried to send, nobody at the other end would have been a passing failure.
        refused = stage.unplugged().submit(stage.lacking())
        assert isinstance(refused, Failed)
        assert (refused.code, refused.is_final) == ("missing_variable", True)


@dataclass(frozen=True, slots=True)
class Push:
    """A request that the simulator made to us."""

    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class ReportingStage(Stage, Protocol):
    """A channel whose provider calls us."""

    def pushes(self, count: int) -> Sequence[Push]:
        """The requests the simulator has made so far, once there are so many."""
        ...

    def hear(self, push: Push) -> Sequence[Receipt]:
        """The reports of a push, as our endpoint reads them; refuses as it does."""
        ...

    def forge(self, push: Push) -> Push:
        """The same, signed by somebody else."""
        ...

    def push_again(self) -> None:
        """The simulator reports all it has reported once more."""
        ...


class ReportContract:
    """What comes back of its own accord."""

    def test_a_report_names_its_message(self, stage: ReportingStage) -> None:
        outgoing = stage.outgoing()
        submitted = stage.channel.submit(outgoing)
        assert isinstance(submitted, Submitted)
        stage.deliver(outgoing)
        (receipt,) = stage.hear(stage.pushes(1)[0])
        assert receipt.message_id in (outgoing.message_id, None)
        assert receipt.message_id is not None or receipt.ref == submitted.ref
        assert isinstance(receipt.outcome, Delivered)
        assert receipt.at.utcoffset() is not None

    def test_a_repeated_report_has_the_same_key(self, stage: ReportingStage) -> None:
        outgoing = stage.outgoing()
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        stage.deliver(outgoing)
        first = stage.hear(stage.pushes(1)[0])
        stage.push_again()
        again = stage.hear(stage.pushes(2)[1])
        assert [receipt.key for receipt in first] == [receipt.key for receipt in again]
        other = stage.outgoing()
        assert isinstance(stage.channel.submit(other), Submitted)
        stage.deliver(other)
        assert stage.hear(stage.pushes(3)[2])[0].key != first[0].key

    def test_a_wrong_signature_is_refused(self, stage: ReportingStage) -> None:
        outgoing = stage.outgoing()
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        stage.deliver(outgoing)
        push = stage.pushes(1)[0]
        with pytest.raises(Refusal):
            stage.hear(stage.forge(push))
        with pytest.raises(Refusal):
            stage.hear(replace(push, body=b"\xff<not a report>"))

    def test_in_any_order_and_number_reports_end_the_same(self, stage: ReportingStage) -> None:
        outgoing = stage.outgoing()
        submitted = stage.channel.submit(outgoing)
        stage.deliver(outgoing)
        (receipt,) = stage.hear(stage.pushes(1)[0])
        now = datetime.now(UTC)
        told = [
            standing.after_submit(submitted, 1, now),
            standing.after_submit(Unknown("the answer was lost"), 1, now),
            standing.after_ask(receipt.outcome, 1, receipt.at),
            standing.after_ask(receipt.outcome, 1, receipt.at),
        ]
        ends = set()
        for order in permutations(told):
            known = order[0]
            for news in order[1:]:
                known = standing.advance(known, news)
            ends.add((known.state, known.at))
        assert ends == {("delivered", receipt.at)}


class TokenStage(Stage, Protocol):
    """A channel whose provider gives tokens."""

    def expire_token(self, *, is_revoked: bool) -> None:
        """The token that is in use ends now."""
        ...

    def count_tokens(self) -> int:
        """How often the simulator was asked for a token."""
        ...

    def another(self) -> Channel:
        """The same channel in another process."""
        ...


class TokenContract:
    """Tokens are kept, shared, and refreshed once."""

    @pytest.mark.parametrize("is_revoked", [False, True])
    def test_an_ended_token_is_refreshed_once(self, stage: TokenStage, is_revoked: bool) -> None:
        for _ in range(3):
            assert isinstance(stage.channel.submit(stage.outgoing()), Submitted)
        before = stage.count_tokens()
        assert before == 1
        stage.expire_token(is_revoked=is_revoked)
        outgoing = stage.outgoing()
        assert isinstance(stage.channel.submit(outgoing), Submitted)
        assert stage.count(outgoing) == 1
        assert stage.count_tokens() <= before + 2, "asked for again, and forced where it had to be"

    def test_processes_do_not_take_each_others_token_away(self, stage: TokenStage) -> None:
        other = stage.another()
        for channel in (stage.channel, other, stage.channel, other):
            assert isinstance(channel.submit(stage.outgoing()), Submitted)
        assert stage.count_tokens() == 2, "one each, and the second did not end the first"
