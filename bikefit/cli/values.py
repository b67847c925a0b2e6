"""Reading what a flag is given: neutrals, stretches of time, columns, lists of numbers."""

from __future__ import annotations

from bikefit.errors import UsageError


def parse_neutral(value: str) -> float | str:
    """Read a neutral: a word or an angle in degrees.

    Parameters
    ----------
    value : str
        ``zero``, ``static``, ``recovery`` or a number with a point or a comma.

    Returns
    -------
    float or str
        The angle [deg] or the word.

    Raises
    ------
    UsageError
        For anything else.

    Examples
    --------
    >>> parse_neutral("-3,5")
    -3.5
    """
    if value in ("zero", "static", "recovery"):
        return value
    try:
        return float(value.replace(",", "."))
    except ValueError:
        raise UsageError(f"neutral '{value}': expected zero, static, recovery or an angle in degrees.") from None


def parse_span(value: str) -> tuple[float, float]:
    """Read a stretch of time such as ``2-6`` or ``0.5-4``.

    Parameters
    ----------
    value : str
        Start and end in seconds from the first sample.

    Returns
    -------
    tuple of float
        Start and end [s].

    Raises
    ------
    UsageError
        If it is not of this form or the end is not after the start.

    Examples
    --------
    >>> parse_span("2-6.5")
    (2.0, 6.5)
    """
    start, dash, end = value.partition("-")
    try:
        span = (float(start), float(end))
    except ValueError:
        span = (0.0, -1.0)
    if not dash or not 0 <= span[0] < span[1] < float("inf"):
        raise UsageError(f"'{value}': expected START-END in seconds from the first sample, such as 2-6.")
    return span


def parse_columns(values: list[str]) -> dict[str, str]:
    """Read ``CHANNEL=NAME`` pairs.

    Parameters
    ----------
    values : list of str
        Such as ``left_heel_rotation_deg=Foot L``.

    Returns
    -------
    dict
        Channel -> name in the file.

    Raises
    ------
    UsageError
        If a pair has no equals sign, or a channel comes twice.

    Examples
    --------
    >>> parse_columns(["power_w=Watts"])
    {'power_w': 'Watts'}
    """
    columns: dict[str, str] = {}
    for value in values:
        channel, equals, name = value.partition("=")
        if not (channel and equals and name):
            raise UsageError(f"--column '{value}': expected CHANNEL=NAME, such as left_heel_rotation_deg='Foot L'.")
        if channel in columns:
            raise UsageError(f"--column: the channel '{channel}' is given twice.")
        columns[channel] = name
    return columns


def parse_numbers(value: str | None, option: str) -> list[float] | None:
    """Read a list of numbers such as ``0,2,0``.

    Parameters
    ----------
    value : str or None
        Numbers with commas between them; None stays None.
    option : str
        Its name, for the message.

    Returns
    -------
    list of float or None
        The numbers.

    Raises
    ------
    UsageError
        If a part is no number.

    Examples
    --------
    >>> parse_numbers("0,-2,0.5", "--left-rotation")
    [0.0, -2.0, 0.5]
    """
    if value is None:
        return None
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        numbers = [float("nan")]
    if not all(abs(number) < 1000 for number in numbers):
        raise UsageError(f"{option} '{value}': expected numbers with commas between them, such as 0,2,0.")
    return numbers


def parse_counts(value: str | None, option: str) -> list[int] | None:
    """Read a list of wedge counts such as ``0,2,0``; as `parse_numbers`, but whole.

    Examples
    --------
    >>> parse_counts("0,2,0", "--right-wedges")
    [0, 2, 0]
    """
    numbers = parse_numbers(value, option)
    if numbers is not None and any(number != int(number) for number in numbers):
        raise UsageError(f"{option} '{value}': wedges are counted in whole numbers, such as 0,2,0.")
    return None if numbers is None else [int(number) for number in numbers]
