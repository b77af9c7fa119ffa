"""Competitions of messages for the bench of arbitration: three worlds, each the same for the same seed.

In all of them what a message is expected to bring is a customer's inclination (lognormal: few customers are worth most) times
what the campaign brings times chance. A message can go by up to three channels: WeCom, which brings most, costs nothing and
takes one of an associate's places of the day; SMS for 5 or 10 fen, which brings half; a subscribed message of the
mini-program, which brings a third. Whether a customer has a channel is drawn once for all their messages.

- `crowded`: one window, five messages a customer of twelve campaigns, which arrive campaign by campaign, some meanwhile. There is money for
  a tenth of the SMS, associates' time for a third, and half the campaigns have limits of their own. One in twenty is of
  a higher priority.
- `mixed`: three windows on two days, 1.6 messages a customer that arrive by chance; three fifths of what is asked for is
  there; four priorities, planned ones for the later windows among them.
- `orderly`: the best come first (rank correlation above 0.9) and nearly everything asked for is there: first come, first
  served is nearly right.
"""

from dataclasses import dataclass

import numpy as np

from huitou.reach.rules.limits import budget, cap, capacity
from huitou.reach.types.arbitration import NONE, Floats, Ints, Limit, Messages, Options, Wave

WECOM, SMS, SUBSCRIBED = range(3)
BRINGS = np.array([1.0, 0.5, 1 / 3])
REACHES = np.array([0.6, 0.75, 0.4])
BOOK = 150
"""Customers of one associate."""
WINDOWS_A_DAY = 2


@dataclass(frozen=True, slots=True)
class World:
    """How a competition is: sizes, and which part of what is asked for is there."""

    per_customer: float
    campaigns: int
    windows: int
    priorities: tuple[float, ...]
    """Shares, the lowest priority first."""
    sms_part: float
    associate_part: float
    campaign_part: float
    arrival: str


WORLDS = {
    "crowded": World(5.0, 12, 1, (0.95, 0.05), 0.1, 0.33, 0.3, "by_campaign"),
    "mixed": World(1.6, 30, 3, (0.7, 0.2, 0.07, 0.03), 0.6, 0.6, 0.6, "by_chance"),
    "orderly": World(1.2, 6, 1, (1.0,), 0.9, 0.95, 0.97, "best_first"),
}


def competition(name: str, customers: int, seed: int) -> Wave:
    """One of the three."""
    world = WORLDS[name]
    dice = np.random.default_rng([seed, list(WORLDS).index(name)])
    customer = np.repeat(
        np.arange(customers), np.maximum(1, dice.poisson(world.per_customer, customers))
    )
    count = len(customer)
    campaign = dice.integers(0, world.campaigns, count)
    inclination = np.exp(dice.normal(0.0, 1.2, customers))
    campaign_brings = np.exp(dice.normal(0.0, 0.5, world.campaigns))
    value = 60.0 * inclination[customer] * campaign_brings[campaign]
    value *= np.exp(dice.normal(0.0, 0.6, count))
    window = dice.integers(0, world.windows, count)
    messages = Messages(
        key=_arrivals(world.arrival, value, campaign, dice),
        customer=customer,
        priority=dice.choice(len(world.priorities), count, p=world.priorities),
        window=window,
        last_window=window + dice.integers(0, 4, count),
        fatigue_fen=3.0 * dice.poisson(2.0, customers)[customer].astype(np.float64),
    )
    options = _options(customer, value, customers, dice)
    return Wave(messages, options, _limits(world, messages, options, campaign, customers))


def with_sends(wave: Wave, sends: int) -> Wave:
    """The same, with so many messages in all at most."""
    everywhere = np.zeros(len(wave.options.message), np.int64)
    limit = budget("sends", everywhere, np.ones_like(everywhere), np.array([sends]))
    return Wave(wave.messages, wave.options, [*wave.limits, limit], wave.per_window)


def _arrivals(how: str, value: Floats, campaign: Ints, dice: np.random.Generator) -> Ints:
    """Keys, in order of arrival."""
    chance = dice.random(len(value))
    if how == "by_campaign":
        at = dice.random(int(campaign.max()) + 1)[campaign] + 0.1 * chance
    elif how == "best_first":
        at = -np.log(value) + 0.5 * dice.normal(size=len(value))
    else:
        at = chance
    key = np.empty(len(value), np.int64)
    key[np.argsort(at, kind="stable")] = np.arange(len(value))
    return key


def _options(customer: Ints, value: Floats, customers: int, dice: np.random.Generator) -> Options:
    has = dice.random((customers, len(REACHES))) < REACHES
    message, channel = np.nonzero(has[customer])
    brings = value[message] * BRINGS[channel] * np.exp(dice.normal(0.0, 0.2, len(message)))
    segments = dice.integers(1, 3, len(value))
    cost = np.where(channel == SMS, 5 * segments[message], 0)
    return Options(message, channel, brings, cost)


def _limits(
    world: World, messages: Messages, options: Options, campaign: Ints, customers: int
) -> list[Limit]:
    """Two messages a customer in the wave, WeCom once a day, money for SMS, campaigns' limits, associates' days."""
    of, channel = options.message, options.channel
    customer, day = messages.customer[of], messages.window[of] // WINDOWS_A_DAY
    days = -(-world.windows // WINDOWS_A_DAY)
    person_day = customer * days + day
    associate_day = np.where(channel == WECOM, customer // BOOK * days + day, NONE)
    sms = np.where(channel == SMS, 0, NONE)
    of_campaign = np.where(campaign[of] % 2 == 0, campaign[of], NONE)
    one = np.ones_like(of)
    wanted = _wanted(messages, options)

    def part(group: Ints, use: Ints, share: float) -> Ints:
        """Room for this part of what everybody's dearest options ask of each group."""
        room = np.zeros(int(group.max()) + 1, np.int64)
        limited = wanted[group[wanted] != NONE]
        np.add.at(room, group[limited], use[limited])
        there: Ints = np.ceil(room * share).astype(np.int64)
        return there

    return [
        cap("wave", customer, np.full(customers, 2)),
        cap("wecom", np.where(channel == WECOM, person_day, NONE), np.full(customers * days, 1)),
        budget("sms", sms, options.cost_fen, part(sms, options.cost_fen, world.sms_part)),
        budget("campaign", of_campaign, one, part(of_campaign, one, world.campaign_part)),
        capacity("associate", associate_day, part(associate_day, one, world.associate_part)),
    ]


def _wanted(messages: Messages, options: Options) -> Ints:
    """The option that brings most to each customer in each window."""
    of = options.message
    order = np.lexsort((-options.value_fen, messages.window[of], messages.customer[of]))
    seat = np.stack((messages.customer[of][order], messages.window[of][order]))
    first = np.append(True, (np.diff(seat) != 0).any(axis=0))
    wanted: Ints = order[first]
    return wanted
