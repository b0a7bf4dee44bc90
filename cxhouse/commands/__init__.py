"""The commands a person or a DAG types, one module each: options, messages and exit codes."""
