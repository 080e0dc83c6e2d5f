"""Units as they are abbreviated behind a number, and as they are said."""

from __future__ import annotations

from collections.abc import Iterator

_LONG = {
    "km": ("kilometer",),
    "cm": ("centimeter",),
    "mm": ("millimeter",),
    "kg": ("kilogram", "kilo"),
    "mg": ("milligram",),
    "ml": ("milliliter",),
    "ft": ("foot/feet",),
    "lb": ("pound",),
    "lbs": ("pound",),
    "oz": ("ounce",),
    "mi": ("mile",),
    "hr": ("hour",),
    "hrs": ("hour",),
    "min": ("minute",),
    "mins": ("minute",),
    "sec": ("second",),
    "secs": ("second",),
    "ms": ("millisecond",),
    "kb": ("kilobyte",),
    "mb": ("megabyte",),
    "gb": ("gigabyte", "gig"),
    "tb": ("terabyte",),
    "hz": ("hertz/hertz",),
    "khz": ("kilo hertz/kilo hertz",),
    "mhz": ("megahertz/megahertz",),
    "ghz": ("gig a hertz/gig a hertz",),
    "kw": ("kilowatt",),
    "mph": ("mile per hour/miles per hour",),
    "km/h": ("kilometer per hour/kilometers per hour", "kilometer an hour/kilometers an hour"),
    "\u00b0c": ("degree celsius/degrees celsius", "degree/degrees", "degree c./degrees c."),
    "\u00b0f": ("degree fahrenheit/degrees fahrenheit", "degree/degrees", "degree f./degrees f."),
    "\u00b0": ("degree",),
}
_CLOSE = {
    "m": ("meter", "million/million", "minute"),
    "g": ("gram",),
    "k": ("thousand/thousand",),
    "h": ("hour",),
    "l": ("liter",),
    "am": (),
    "pm": (),
}
_SPELLED = frozenset(
    "km cm mm kg mg ml ms kb mb gb tb mph m g k am pm".split()  # noqa: SIM905
)
"""Units that people say by their letters, too."""

LONG, CLOSE = tuple(_LONG), (*_LONG, *_CLOSE)
"""Those that may stand apart from their number, and all that stand close behind it."""


def units(name: str, *, one: bool) -> Iterator[list[str]]:
    """The ways to say a unit of ``LONG`` or ``CLOSE``, of one of it or of more.

    Of more also the singular, as in a five kilometer run.
    """
    for way in {**_LONG, **_CLOSE}[name]:
        single, _, several = way.partition("/")
        if not one:
            yield (several or f"{single}s").split()
        yield single.split()
    if name in _SPELLED:
        yield [f"{letter}." for letter in name]
