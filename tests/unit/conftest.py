"""How long hypothesis looks, and that it looks at the same places each time."""

from hypothesis import settings

# No deadline: the machine may be busy, and the first call of a test may load a word list.
settings.register_profile("unit", deadline=None, derandomize=True)
settings.load_profile("unit")
