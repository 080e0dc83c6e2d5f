"""Unity's AnimationClip as YAML: blend shape weights from 0 to 100 of a SkinnedMeshRenderer.

A clip holds only the channels that it writes, and Unity leaves the others as they were: so every
channel is written, those at rest too. Curves run straight from key to key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mien.formats.take import Take, curve
from mien.formats.text_file import decimal

_HEAD = """\
%%YAML 1.1
%%TAG !u! tag:unity3d.com,2011:
--- !u!74 &7400000
AnimationClip:
  m_ObjectHideFlags: 0
  m_CorrespondingSourceObject: {fileID: 0}
  m_PrefabInstance: {fileID: 0}
  m_PrefabAsset: {fileID: 0}
  m_Name: %(name)s
  serializedVersion: 6
  m_Legacy: 0
  m_Compressed: 0
  m_UseHighQualityCurve: 1
  m_RotationCurves: []
  m_CompressedRotationCurves: []
  m_EulerCurves: []
  m_PositionCurves: []
  m_ScaleCurves: []
  m_FloatCurves:
"""
_BETWEEN = """\
  m_PPtrCurves: []
  m_SampleRate: %(rate)s
  m_WrapMode: 0
  m_Bounds:
    m_Center: {x: 0, y: 0, z: 0}
    m_Extent: {x: 0, y: 0, z: 0}
  m_ClipBindingConstant:
    genericBindings: []
    pptrCurveMapping: []
  m_AnimationClipSettings:
    serializedVersion: 2
    m_AdditiveReferencePoseClip: {fileID: 0}
    m_AdditiveReferencePoseTime: 0
    m_StartTime: 0
    m_StopTime: %(stop)s
    m_OrientationOffsetY: 0
    m_Level: 0
    m_CycleOffset: 0
    m_HasAdditiveReferencePose: 0
    m_LoopTime: 0
    m_LoopBlend: 0
    m_LoopBlendOrientation: 0
    m_LoopBlendPositionY: 0
    m_LoopBlendPositionXZ: 0
    m_KeepOriginalOrientation: 0
    m_KeepOriginalPositionY: 1
    m_KeepOriginalPositionXZ: 0
    m_HeightFromFeet: 0
    m_Mirror: 0
  m_EditorCurves:
"""
_TAIL = """\
  m_EulerEditorCurves: []
  m_HasGenericRootTransform: 0
  m_HasMotionFloatCurves: 0
  m_Events: []
"""
_KEY = """\
      - serializedVersion: 3
        time: %s
        value: %s
        inSlope: %s
        outSlope: %s
        tangentMode: 69
        weightedMode: 0
        inWeight: 0.33333334
        outWeight: 0.33333334
"""
"""Tangent mode 69 is a straight line on either side, which the slopes say as well."""

_CURVE = """\
      m_PreInfinity: 2
      m_PostInfinity: 2
      m_RotationOrder: 4
    attribute: %s
    path: %s
    classID: 137
    script: {fileID: 0}
"""
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


def pieces(take: Take, mesh: str) -> Iterator[str]:
    """The clip of a take; ``mesh`` is the path from the Animator to the renderer, "." for none."""
    path = "" if mesh == "." else mesh
    values = {
        "name": _scalar(take.name or "take"),
        "rate": decimal(take.rate),
        "stop": decimal(float(take.times[-1])) if len(take.times) else "0",
    }
    if not (len(take.times) and take.channels):
        none = (text.rstrip("\n") + " []\n" for text in (_HEAD % values, _BETWEEN % values))
        yield from (*none, _TAIL)
        return
    yield _HEAD % values
    yield from _curves(take, path)
    yield _BETWEEN % values
    yield from _curves(take, path)
    yield _TAIL


def _curves(take: Take, path: str) -> Iterator[str]:
    for channel in take.channels:
        yield "  - curve:\n      serializedVersion: 2\n      m_Curve:\n"
        moments, weights = curve(take, channel)
        shown = [100.0 * weight for weight in weights]
        slopes = [0.0] + [
            (shown[row + 1] - shown[row]) / (moments[row + 1] - moments[row])
            for row in range(len(moments) - 1)
        ]
        slopes.append(0.0)
        for row, moment in enumerate(moments):
            fields = (moment, shown[row], slopes[row], slopes[row + 1])
            yield _KEY % tuple(decimal(field) for field in fields)
        yield _CURVE % (_scalar(f"blendShape.{channel}"), _scalar(path) if path else "")


def _scalar(text: str) -> str:
    """The text as YAML takes it: bare where that is safe, else in quotes."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
