"""The subcommands, in modules that are loaded when one of their commands is called."""
