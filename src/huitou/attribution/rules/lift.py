"""What did the campaign add? The treated against the held out, looked at as often as one likes.

*Estimate.* Intention to treat: everybody assigned counts, delivered or not. The difference of mean
net spend per customer, each customer's spend first corrected by what they spent in the 28 days
before assignment (CUPED: Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online Controlled
Experiments by Utilizing Pre-Experiment Data", WSDM 2013): with D the difference after and B the one
before, D - theta * B, theta = cov(after, before) / var(before) within the arms. As assignment is
random and B has mean zero, this has the same mean as D and less variance.

*Interval.* Results are looked at daily while orders come in, so an ordinary 95% interval would be
wrong some 30% of the time. Ours is the normal-mixture confidence sequence of Robbins (1970), in the
form of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
sequences", Annals of Statistics 49 (2021), eq. 14, with estimated variance as justified by
Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
confidence sequences", Annals of Statistics 52 (2024):

    |estimate - effect| <= sqrt((v + r) * log((v + r) / (r * alpha^2)))    at all times, 1 - alpha

v is the variance of the estimate now: it grows with the days as spend accumulates, and is the
clock of the sequence. r > 0 is fixed beforehand; the interval is narrowest where v / r is
2 log(1/alpha) + log(1 + 2 log(1/alpha)), so r is set by the variance that the spend before
assignment foretells for the end of the window. Customers who bought the days before tend to buy
again; that correlation over time makes the bound more cautious, never less.

*Verdict.* Proven only if the interval leaves zero out and each arm is large enough for the normal
approximation. Floats are used for the statistics alone; sums in and amounts out are integers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

from huitou.attribution.types import Lift, LiftVerdict, Moments, Outcome

ALPHA = 0.05
BEFORE_DAYS = 28
COUNT_MIN = 100
"""Customers an arm must have before anything is called proven."""
BUYERS_MIN = 30
"""Buyers there must be in both arms together: the mean of a few purchases is not normal yet."""

_SENTENCES: dict[str, tuple[str, str]] = {
    "proven": (
        "已证明有效：与未触达的对照组相比确实多消费，置信区间不含 0",
        "Proven: more was spent than in the holdout, and the interval excludes zero",
    ),
    "harmful": (
        "已证明有负面影响：与未触达的对照组相比消费更少",
        "Proven to do harm: less was spent than in the holdout",
    ),
    "interval_holds_zero": (
        "未证明有效：差异尚在随机波动范围之内",
        "Not proven: the difference is within what chance alone would give",
    ),
    "too_few_customers": (
        "未证明有效：触达组或对照组人数太少",
        "Not proven: too few customers in one of the groups",
    ),
    "too_few_buyers": (
        "未证明有效：购买人数太少，暂不能下结论",
        "Not proven: too few of them have bought yet",
    ),
    "no_holdout": (
        "未证明有效：没有设置对照组",
        "Not proven: nobody was held out",
    ),
}
_VERDICTS: dict[str, LiftVerdict] = {"proven": "proven", "harmful": "harmful"}


@dataclass(frozen=True, slots=True)
class _Interval:
    middle: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def moments(outcomes: Iterable[Outcome]) -> Moments:
    """The sums over an arm's outcomes; an outcome for everybody assigned, also those of zero."""
    count = buyers = buyers_before = before = after = before_2 = after_2 = product = 0
    for outcome in outcomes:
        count += 1
        buyers += outcome.after_fen > 0
        buyers_before += outcome.before_fen > 0
        before += outcome.before_fen
        after += outcome.after_fen
        before_2 += outcome.before_fen**2
        after_2 += outcome.after_fen**2
        product += outcome.before_fen * outcome.after_fen
    return Moments(count, buyers, buyers_before, before, after, before_2, after_2, product)


def lift(
    treated: Moments,
    holdout: Moments,
    *,
    window_days: int = BEFORE_DAYS,
    count_min: int = COUNT_MIN,
    buyers_min: int = BUYERS_MIN,
    alpha: float = ALPHA,
) -> Lift:
    """Compare the arms; `window_days` is how long spend after assignment will be counted."""
    foretold = window_days / BEFORE_DAYS
    spend = conversion = None
    if min(treated.count, holdout.count) >= 2:
        spend = _spend(treated, holdout, foretold, alpha)
        conversion = _conversion(treated, holdout, foretold, alpha)
    reason = _reason(treated, holdout, spend, count_min, buyers_min)
    incremental, low, high = _scaled(spend, treated.count)
    conversion_bp, conversion_low, conversion_high = _scaled(conversion, 10_000)
    zh, en = _SENTENCES[reason]
    return Lift(
        treated_count=treated.count,
        holdout_count=holdout.count,
        treated_mean_fen=_mean(treated),
        holdout_mean_fen=_mean(holdout),
        treated_buyers=treated.buyers,
        holdout_buyers=holdout.buyers,
        incremental_fen=incremental,
        low_fen=low,
        high_fen=high,
        conversion_bp=conversion_bp,
        conversion_low_bp=conversion_low,
        conversion_high_bp=conversion_high,
        verdict=_VERDICTS.get(reason, "unproven"),
        reason=reason,
        sentence_zh=zh,
        sentence_en=en,
        window_days=window_days,
    )


def _reason(
    treated: Moments, holdout: Moments, spend: _Interval | None, count_min: int, buyers_min: int
) -> str:
    if holdout.count == 0:
        return "no_holdout"
    if spend is None or min(treated.count, holdout.count) < count_min:
        return "too_few_customers"
    if treated.buyers + holdout.buyers < buyers_min:
        return "too_few_buyers"
    if not spend.excludes_zero:
        return "interval_holds_zero"
    return "proven" if spend.low > 0 else "harmful"


def _spend(treated: Moments, holdout: Moments, foretold: float, alpha: float) -> _Interval:
    before = treated.before / treated.count - holdout.before / holdout.count
    after = treated.after / treated.count - holdout.after / holdout.count
    spread_before = _spread(treated, "before") + _spread(holdout, "before")
    spread_both = _spread(treated, "both") + _spread(holdout, "both")
    theta = spread_both / spread_before if spread_before > 0 else 0.0
    variance = _of_difference(
        _residual(treated, theta), _residual(holdout, theta), treated.count, holdout.count
    )
    prior = _of_difference(
        _spread(treated, "before"), _spread(holdout, "before"), treated.count, holdout.count
    )
    return _interval(after - theta * before, variance, prior * foretold, alpha)


def _conversion(treated: Moments, holdout: Moments, foretold: float, alpha: float) -> _Interval:
    middle = treated.buyers / treated.count - holdout.buyers / holdout.count
    variance = _of_difference(
        _yes_no(treated.buyers, treated.count),
        _yes_no(holdout.buyers, holdout.count),
        treated.count,
        holdout.count,
    )
    prior = _of_difference(
        _yes_no(treated.buyers_before, treated.count),
        _yes_no(holdout.buyers_before, holdout.count),
        treated.count,
        holdout.count,
    )
    interval = _interval(middle, variance, prior * foretold, alpha)
    return _Interval(middle, max(interval.low, -1.0), min(interval.high, 1.0))


def _interval(middle: float, variance: float, foretold: float, alpha: float) -> _Interval:
    """The confidence sequence at `variance`, tuned to be narrowest at the `foretold` one.

    Nobody having bought before foretells nothing; the tuning then follows the variance itself,
    which keeps the promise while v grows up to some thirtyfold (a day to a month).
    """
    loss = -2 * log(alpha)
    tuned = (foretold if foretold > 0 else variance) / (loss + log(1 + loss))
    if tuned <= 0:
        return _Interval(middle, middle, middle)
    total = variance + tuned
    half = sqrt(total * (log(total / tuned) + loss))
    return _Interval(middle, middle - half, middle + half)


def _of_difference(spread_t: float, spread_h: float, count_t: int, count_h: int) -> float:
    """The variance of a difference of means from each arm's sum of squared deviations.

    The greater of Welch's and the pooled one: a small holdout that happens to hold no buyer would
    otherwise look as if it had no variance.
    """
    welch = spread_t / (count_t - 1) / count_t + spread_h / (count_h - 1) / count_h
    pooled = (spread_t + spread_h) / (count_t + count_h - 2) * (1 / count_t + 1 / count_h)
    return max(welch, pooled)


def _spread(arm: Moments, what: str) -> float:
    """Sum of squared (or, for "both", multiplied) deviations; exact until the last division."""
    first, second, both = {
        "before": (arm.before, arm.before, arm.before_squared),
        "after": (arm.after, arm.after, arm.after_squared),
        "both": (arm.before, arm.after, arm.product),
    }[what]
    return (arm.count * both - first * second) / arm.count


def _residual(arm: Moments, theta: float) -> float:
    spread = (
        _spread(arm, "after") - 2 * theta * _spread(arm, "both") + theta**2 * _spread(arm, "before")
    )
    return max(spread, 0.0)


def _yes_no(yes: int, count: int) -> float:
    return yes * (count - yes) / count


def _mean(arm: Moments) -> int:
    return round(arm.after / arm.count) if arm.count else 0


def _scaled(
    interval: _Interval | None, factor: int
) -> tuple[int, int, int] | tuple[None, None, None]:
    if interval is None:
        return None, None, None
    return (
        round(interval.middle * factor),
        round(interval.low * factor),
        round(interval.high * factor),
    )
