"""The `mien` program.

Most commands end within the second. Looking for garbage as often as Python does by itself takes a
tenth of their time and finds nothing, so it happens rarely here; those who import `mien` as a
library are not affected.
"""

from __future__ import annotations

import gc

gc.set_threshold(100_000)
