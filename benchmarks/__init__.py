"""Measurements of quality and speed, on development data that is not part of the project."""
