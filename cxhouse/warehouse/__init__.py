"""Working with the warehouse: loads, builds with dbt, publishing, and read-only access."""
