"""A real Airflow on this machine: configured, started as child processes, controlled over its REST API, and stopped."""
