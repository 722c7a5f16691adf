"""Faults to plant, and who must find them: {name, path, old, new, finders}. `old` stands once in the file; a finder is
a unit test's binary, or `tests/e2e/…` with what pytest takes."""

FAULTS = []
