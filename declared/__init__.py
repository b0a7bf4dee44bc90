"""What a company folder may say: its YAML files read by one rule, checked by models, and described to editors by JSON Schemas.

Nothing here reads the environment or the clock; callers hand both in as values. The modules:

- `errors`: the one error about a declaration;
- `yaml_files`: YAML with `${NAME}` filled in, and the line of every entry;
- `reading`: a file as a model, every problem as a sentence with its place;
- one module of models per file of the folder;
- `schemas`: the models as JSON Schemas.
"""
