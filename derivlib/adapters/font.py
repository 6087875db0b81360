"""The mathematics font of a site: STIX Two Math, cut to what formulas need.

Brackets stretch only in a font with a MATH table, and few systems carry one. The font
comes with the package ziamath; a cut is made once, and kept in a cache folder.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

_FEATURES = ("ssty", "dtls", "flac", "rtlm", "ccmp", "mark", "mkmk", "kern")
_RANGES = (
    (0x20, 0x7E), (0xA0, 0xB7), (0xD7, 0xD7), (0xF7, 0xF7),  # Latin and signs
    (0x391, 0x3A9), (0x3B1, 0x3C9), (0x3D1, 0x3D6), (0x3F0, 0x3F5),  # Greek
    (0x2C6, 0x2DD), (0x300, 0x30C), (0x332, 0x332), (0x20D7, 0x20D7),  # accents
    (0x2013, 0x2026), (0x2032, 0x2034), (0x2061, 0x2063), (0xFE00, 0xFE01),
    (0x2102, 0x2135), (0x2190, 0x2195), (0x21A6, 0x21A6), (0x21D0, 0x21D4),
    (0x27F5, 0x27FC), (0x2200, 0x22A5), (0x22BA, 0x22C6), (0x22EE, 0x22F1),
    (0x2308, 0x230B), (0x23DE, 0x23DF), (0x25A0, 0x25E6), (0x27E8, 0x27E9),
    (0x2A00, 0x2A02), (0x2A7D, 0x2A7E), (0x2AAF, 0x2AB0),
    (0x1D400, 0x1D537),  # bold, italic, script, Fraktur
    (0x1D538, 0x1D56B), (0x1D5A0, 0x1D5D3),  # double-struck, sans-serif
    (0x1D6A8, 0x1D755), (0x1D7CE, 0x1D7E1),  # Greek, digits
)  # fmt: skip


def math_font(cache: Path, characters: Iterable[str] = ()) -> Path | None:
    """A WOFF2 file with the usual mathematics and `characters`; None if it cannot be made."""
    wanted = {c for start, end in _RANGES for c in range(start, end + 1)}
    wanted |= {ord(c) for c in characters}
    original = _original()
    if original is None:
        return None
    facts = f"2 {original.stat().st_size} {_FEATURES} {sorted(wanted)}"
    name = f"math-{hashlib.sha256(facts.encode()).hexdigest()[:10]}.woff2"
    made = cache / name
    if not made.exists():
        try:
            _cut(original, wanted, made)
        except (ImportError, OSError) as error:
            logging.getLogger(__name__).debug("no mathematics font: %s", error)
            return None
    return made


def _original() -> Path | None:
    found = find_spec("ziamath")
    if found is None or found.origin is None:
        return None
    font = Path(found.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    return font if font.exists() else None


def _cut(original: Path, characters: set[int], made: Path) -> None:
    import brotli  # noqa: F401 - WOFF2 is brotli; say so before the work, not after
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = Options()
    options.layout_features = list(_FEATURES)
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 13, 14]  # the names, and the terms of the licence
    options.drop_tables += ["DSIG", "meta", "BASE"]
    font = TTFont(original, lazy=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    made.parent.mkdir(parents=True, exist_ok=True)
    part = made.with_suffix(".part")
    font.save(part)
    part.replace(made)
