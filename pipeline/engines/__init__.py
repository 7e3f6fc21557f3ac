"""The only place that loads models. Heavy imports live inside functions, so that starting the program stays quick."""
