"""The one way in which figures leave the scorer."""

_NOISE_DIGITS = 9


def rounded(value: float, digits: int) -> float:
    """`value` to `digits` decimals, after taking away what arithmetic alone may have added; never minus zero."""
    return round(round(float(value), _NOISE_DIGITS), digits) + 0.0
