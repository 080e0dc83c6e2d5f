"""A preview as one self-contained page that plays, light and dark."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien import resources
from mien.drawing.document import shipped_face
from mien.sheet.html import END, begin
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.preview.content import PreviewClip, kind_of, wav_bytes

_HERE = Path(__file__).resolve().parent
_MODULES = ("clock", "colours", "data", "lanes", "panel", "ticker", "player")
_SHARED = ("drawing.js", "page/dom.js")
"""Those of the compiler's pages."""

_SPAN, _QUIET = 12.0, -6.0
"""What the picture of the sound spans below its loudest, and the least that counts as loudest, in
the mel's own logarithm."""


def page(show: PreviewClip) -> str:
    """The whole file; it needs no other file and no network."""
    return "".join(_document(show))


def _document(show: PreviewClip) -> Iterator[str]:
    title = f"{show.label}: {show.id}"
    imports = f'<script type="importmap">{_import_map()}</script>\n'
    yield begin(title, _read("page.css"), imports)
    yield from _header(show)
    yield from _stage(show)
    yield _TIMELINE
    if show.audio is not None:
        sound = base64.b64encode(wav_bytes(show.audio)).decode("ascii")
        yield f'<audio id="sound" preload="auto" src="data:audio/wav;base64,{sound}"></audio>\n'
    yield f'<script type="application/json" id="data">{_data(show)}</script>\n'
    yield '<script type="module">import "mien/player";</script>\n'
    yield END


def _header(show: PreviewClip) -> Iterator[str]:
    yield f'<header>\n<p class="label">{escape(show.label)}</p>\n'
    said = f"&ldquo;{escape(show.text)}&rdquo;" if show.text else "<em>words not known</em>"
    yield f"<h1>{said}</h1>\n<dl>\n"
    facts = (("clip", show.id), ("length", f"{show.seconds:.2f} s"), *show.facts)
    yield from (
        f"<div><dt>{escape(word)}</dt><dd>{escape(fact)}</dd></div>\n" for word, fact in facts
    )
    yield "</dl>\n</header>\n"


def _stage(show: PreviewClip) -> Iterator[str]:
    yield '<main>\n<section class="stage" aria-label="Faces">\n<div class="faces">\n'
    for track in show.tracks:
        caption = f"<figcaption>{escape(track.title)}</figcaption>" if len(show.tracks) > 1 else ""
        yield f'<figure><div class="face"></div>{caption}</figure>\n'
    yield "</div>\n"
    yield '<canvas id="ticker" aria-hidden="true"></canvas>\n'
    yield _CONTROLS
    if show.audio is None:
        yield '<p class="hint">Without sound.</p>\n'
    yield '</section>\n<section class="panel" aria-label="Channels">\n<h2>Channels</h2>\n'
    yield '<div id="panel"></div>\n</section>\n</main>\n'


_CONTROLS = """<div class="controls">
<button id="play" type="button" class="primary" aria-keyshortcuts="Space">Play</button>
<button id="back" type="button" title="One frame back (left arrow)">&#9664;&#xFE0E;</button>
<button id="forward" type="button" title="One frame on (right arrow)">&#9654;&#xFE0E;</button>
<output id="time"></output>
<label>Speed <select id="speed"><option value="0.25">&frac14;</option>
<option value="0.5">&frac12;</option><option value="1" selected>1</option></select></label>
<label><input id="loop" type="checkbox"> Loop</label>
</div>
"""

_TIMELINE = """<section class="timeline" aria-label="Timeline">
<input id="scrub" type="range" min="0" value="0" step="1" aria-label="Frame">
<div id="lanes">
<div class="lane"><h2>Sound</h2><canvas id="mel" class="low"></canvas></div>
<div class="lane"><h2>Phonemes</h2><canvas id="phonemes" class="flat"></canvas></div>
<div class="lane"><h2>Curves <small>0 to 1</small></h2>
<canvas id="curves" class="high"></canvas></div>
<div class="lane"><h2>VAD <small>&minus;1 to 1</small></h2>
<canvas id="vad" class="low"></canvas></div>
<div id="head" aria-hidden="true"></div>
</div>
<p class="hint legend"><span class="closed">lips closed (p b m)</span>
<span class="teeth">lip on teeth (f v)</span> <span class="vowel">vowel</span>
<span class="other">other</span> <span class="valence">valence</span>
<span class="arousal">arousal</span> <span class="dominance">dominance</span></p>
</section>
"""


def _data(show: PreviewClip) -> str:
    data = {
        "face": shipped_face().to_json(),
        "channels": show.channels,
        "rate": FRAME_RATE,
        "frames": show.frames,
        "phonemes": [
            [one.symbol, one.start, one.end, kind_of(one.symbol).value] for one in show.phonemes
        ],
        "tracks": [
            {"title": track.title, "frames": len(track.weights), "weights": _floats(track.weights)}
            for track in show.tracks
        ],
        "mel": _encoded(_picture(show.mel)),
        "bands": show.mel.shape[1],
        "vad": _floats(show.vad),
        "speech": _floats(show.speech),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _picture(mel: F32) -> npt.NDArray[np.uint8]:
    """The mel energies as brightness from 0 to 255, by frame and band."""
    loudest = float(mel.max(initial=_QUIET))
    share = np.clip((mel - loudest) / _SPAN + 1.0, 0.0, 1.0)
    return np.asarray(np.rint(share * 255.0), dtype=np.uint8)


def _floats(values: F32) -> str:
    return _encoded(np.ascontiguousarray(values, dtype="<f4"))


def _encoded(values: npt.NDArray[np.generic]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


def _import_map() -> str:
    """Our modules as data addresses, so that a file opened from disk may import them."""
    texts = {f"mien/{name}": _read(f"{name}.js") for name in _MODULES}
    for name in _SHARED:
        texts[f"mien/{Path(name).stem}"] = (resources.web() / name).read_text("utf-8")
    addresses = {
        name: f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode('ascii')}"
        for name, text in texts.items()
    }
    return json.dumps({"imports": addresses})


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")
