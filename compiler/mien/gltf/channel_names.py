"""The channels under the names that models give them, by the rules of `web/avatar/spellings.js`.

Known: ARKit (``eyeBlinkLeft``), Pascal (``EyeBlinkLeft``), side letters (``eyeBlink_L``,
``eyeBlink.L``, ``eyeBlinkL``), the side first (``L_eyeBlink``), any case, separators between words,
any of these behind the name of a mesh (``head:jawOpen``) or before a number that a program added
(``jawOpen.001``), and names of other systems, which may move both sides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_ADDED = re.compile(r"(?:\.[0-9]{3}|_div[0-9])+\Z")
"""What Blender and Daz add to a name."""

_BEFORE = re.compile(r"\A.*[:.]", re.DOTALL)
_SIDE = re.compile(r"l|left|r|right", re.IGNORECASE)
_SIDE_LETTER = re.compile(r"[LlRr]")
_CAPITAL_SIDE = re.compile(r"[a-z][LR]\Z")

_FACESHIFT = """
browsdl=browDownLeft browsdr=browDownRight browsuc=browInnerUp browsul=browOuterUpLeft
browsur=browOuterUpRight eyeopenl=eyeWideLeft eyeopenr=eyeWideRight eyedownl=eyeLookDownLeft
eyedownr=eyeLookDownRight eyeinl=eyeLookInLeft eyeinr=eyeLookInRight eyeoutl=eyeLookOutLeft
eyeoutr=eyeLookOutRight eyeupl=eyeLookUpLeft eyeupr=eyeLookUpRight jawfwd=jawForward
lipsfunnel=mouthFunnel lipspucker=mouthPucker lipsstretchl=mouthStretchLeft
lipsstretchr=mouthStretchRight lipsupperclose=mouthRollUpper lipslowerclose=mouthRollLower
lipsupperup=mouthUpperUpLeft,mouthUpperUpRight lipslowerdown=mouthLowerDownLeft,mouthLowerDownRight
chinlowerraise=mouthShrugLower chinupperraise=mouthShrugUpper puff=cheekPuff
sneer=noseSneerLeft,noseSneerRight
"""
_UNIFIED = """
eyeclosedleft=eyeBlinkLeft eyeclosedright=eyeBlinkRight browlowererleft=browDownLeft
browlowererright=browDownRight browinnerupleft=browInnerUp browinnerupright=browInnerUp
cheekpuffleft=cheekPuff cheekpuffright=cheekPuff mouthclosed=mouthClose lipfunnel=mouthFunnel
lippucker=mouthPucker lipsuckupper=mouthRollUpper lipsucklower=mouthRollLower
mouthraiserlower=mouthShrugLower mouthraiserupper=mouthShrugUpper mouthcornerpullleft=mouthSmileLeft
mouthcornerpullright=mouthSmileRight mouthsadleft=mouthFrownLeft mouthsadright=mouthFrownRight
"""
_SRANIPAL = """
eyeleftblink=eyeBlinkLeft eyerightblink=eyeBlinkRight eyeleftwide=eyeWideLeft
eyerightwide=eyeWideRight eyeleftsqueeze=eyeSquintLeft eyerightsqueeze=eyeSquintRight
eyeleftdown=eyeLookDownLeft eyerightdown=eyeLookDownRight eyeleftup=eyeLookUpLeft
eyerightup=eyeLookUpRight eyeleftleft=eyeLookOutLeft eyeleftright=eyeLookInLeft
eyerightleft=eyeLookInRight eyerightright=eyeLookOutRight mouthpout=mouthPucker
mouthapeshape=mouthClose mouthupperinside=mouthRollUpper mouthlowerinside=mouthRollLower
mouthloweroverlay=mouthShrugLower tonguelongstep1=tongueOut
"""
OTHER_SYSTEMS = {
    name: tuple(channels.split(","))
    for table in (_FACESHIFT, _UNIFIED, _SRANIPAL)
    for name, channels in (entry.split("=") for entry in table.split())
}
"""Names of other systems in small letters, without separators, and the channels they move."""


def pascal(channel: str) -> str:
    """The name of a channel's clip in "Perfect Sync": JawOpen."""
    return channel[:1].upper() + channel[1:]


def channel_of(name: str, channels: tuple[str, ...]) -> str | None:
    """The channel that a name means: that of a morph target, an expression or a clip."""
    if name in channels:  # a rig's own names may have separators
        return name
    plain = _plain(channels)
    words = [word for word in _SEPARATORS.split(_ADDED.sub("", name)) if word]
    for first in range(len(words)):
        channel = _channel_of_words(words[first:], plain)
        if channel is not None:
            # jawOpen_mouthClose corrects two channels together: it is neither
            return None if first > 0 and _names_any(words[:first], plain) else channel
    return None


def channels_of_other(name: str) -> tuple[str, ...]:
    """The channels that a name of another system moves."""
    own = _BEFORE.sub("", _ADDED.sub("", name))
    return OTHER_SYSTEMS.get(_SEPARATORS.sub("", own).lower(), ())


def channels_of(name: str, channels: tuple[str, ...]) -> tuple[str, ...]:
    """The channels that a name means: its own, else those that it moves in another system."""
    own = channel_of(name, channels)
    return (own,) if own else tuple(one for one in channels_of_other(name) if one in channels)


def strangeness(name: str, channel: str) -> int:
    """How far a name is from the channel's own, 0 for that: of two the nearer is meant."""
    if name == channel:
        return 0
    return 1 if name.lower() == channel.lower() else 2 + len(name)


def _names_any(words: list[str], plain: Mapping[str, str]) -> bool:
    return any(
        _channel_of_words(words[first : last + 1], plain) is not None
        for first in range(len(words))
        for last in range(first, len(words))
    )


def _channel_of_words(words: list[str], plain: Mapping[str, str]) -> str | None:
    joined = "".join(words)
    whole = plain.get(joined.lower())
    if whole is not None:
        return whole
    if len(words) > 1 and _SIDE.fullmatch(words[0]):
        return plain.get("".join(words[1:]).lower() + _side(words[0]))
    # a side letter stands apart (_L) or is a capital after a small letter (eyeBlinkL)
    apart = len(words) > 1 and _SIDE_LETTER.fullmatch(words[-1])
    if not apart and not _CAPITAL_SIDE.search(joined):
        return None
    return plain.get(joined[:-1].lower() + _side(joined[-1]))


def _side(word: str) -> str:
    return "left" if word.lower().startswith("l") else "right"


@cache
def _plain(channels: tuple[str, ...]) -> Mapping[str, str]:
    return {"".join(_SEPARATORS.split(channel)).lower(): channel for channel in channels}
