"""Arithmetic of sRGB colours given as #rrggbb."""

from __future__ import annotations

_STEPS = 50
_LINEAR_BELOW = 0.04045


def channels(value: str) -> tuple[float, float, float]:
    """Red, green and blue from 0 to 1."""
    red, green, blue = (int(value[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def luminance(value: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    red, green, blue = (
        channel / 12.92 if channel <= _LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels(value)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def mix(first: str, second: str, share: float) -> str:
    """The first colour with this share of the second in it."""
    mixed = (a + (b - a) * share for a, b in zip(channels(first), channels(second), strict=True))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in mixed)


def readable(value: str, ground: str, least: float) -> str:
    """The shade or tint nearest to `value` that reaches the contrast `least` on `ground`."""
    end = "#000000" if luminance(ground) > contrast_middle() else "#ffffff"
    for step in range(_STEPS + 1):
        candidate = mix(value, end, step / _STEPS)
        if contrast(candidate, ground) >= least:
            return candidate
    return end


def contrast_middle() -> float:
    """The luminance on which black and white text are equally readable."""
    return float((1.05 * 0.05) ** 0.5 - 0.05)
