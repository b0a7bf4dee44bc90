"""A real Airflow on this machine: configured, started as child processes, driven over its REST API, and stopped."""
