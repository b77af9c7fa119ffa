"""Money in integer fen (CNY), shares in basis points (1/10,000). No floats."""

from collections.abc import Sequence

BASIS_POINTS = 10_000


def share_of(amount_fen: int, rate_bp: int) -> int:
    """`rate_bp` of `amount_fen`, rounded half away from zero.

    Symmetric in sign, so that taking back a share gives exactly what was given.
    """
    scaled = abs(amount_fen) * abs(rate_bp)
    rounded = (scaled + BASIS_POINTS // 2) // BASIS_POINTS
    return rounded if (amount_fen < 0) == (rate_bp < 0) else -rounded


def split(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """Apportion by largest remainder: the parts always sum to `amount_fen`.

    Equal remainders go to the earlier part. All-zero weights count as equal ones.
    """
    if not weights:
        return []
    if any(weight < 0 for weight in weights):
        raise AssertionError("weights are not negative")
    total = sum(weights)
    shares = list(weights) if total else [1] * len(weights)
    total = total or len(weights)
    sign = -1 if amount_fen < 0 else 1
    amount = abs(amount_fen)
    parts = [amount * share // total for share in shares]
    remainders = [(-(amount * share % total), index) for index, share in enumerate(shares)]
    for _, index in sorted(remainders)[: amount - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]


def yuan(amount_fen: int) -> str:
    """`¥1,234.50` for people."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}¥{whole:,}.{cents:02d}"
