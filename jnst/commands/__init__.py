"""The commands of the command line, one a file: `Options`, and `run(options)`, its exit status."""
