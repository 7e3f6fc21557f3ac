import pipeline  # noqa: F401 (it settles how numpy multiplies, before numpy is loaded)
