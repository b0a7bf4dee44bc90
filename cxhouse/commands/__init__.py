"""The commands that a person types or a DAG runs, one module per command: options, messages and exit codes."""
