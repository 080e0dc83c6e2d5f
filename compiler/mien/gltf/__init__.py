"""glTF files: heads, their expressions and animations, read with care and written with care."""
