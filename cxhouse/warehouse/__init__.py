"""The warehouse as commands see it: loads, builds with dbt, the published copy, and reading without writing."""
