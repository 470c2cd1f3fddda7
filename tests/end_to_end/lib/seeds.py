"""What six seeds say together."""

import math

# Student's t for five degrees of freedom: one mean of six in a thousand lies so many standard errors above the truth.
SURE = 5.893


def mean_and_error(numbers):
    """Their mean, and its standard error."""
    mean = sum(numbers) / len(numbers)
    return mean, math.sqrt(sum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1) / len(numbers))


def surely_above(numbers):
    """What the truth behind the numbers of six seeds lies above: their one-sided interval of 99.9 %."""
    assert len(numbers) == 6, numbers
    mean, error = mean_and_error(numbers)
    return mean - SURE * error
