"""Every KPI counted again from the demo's raw files in plain Python, without data frames, SQL or code of the project."""
