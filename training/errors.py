"""The one error that is raised here on purpose; its message says what to do next."""


class TrainingError(Exception):
    """Something that is needed is missing, damaged or does not fit together."""
