"""Measurements of quality and speed, on development data that is not part of the project."""

import pipeline  # noqa: F401 (it settles how numpy multiplies, before numpy is loaded)
