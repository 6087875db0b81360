"""A chain of sides in all its worlds: sizes, draws, what varies, and whether the values agree."""
