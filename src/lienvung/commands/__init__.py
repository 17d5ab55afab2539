"""One module a command: a docstring for `--help`, `add_arguments(parser)` and `run(args) -> int`."""
