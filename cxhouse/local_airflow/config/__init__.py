"""Files that are copied into AIRFLOW_HOME/config. Airflow puts that folder on its import path, so keep other modules out of it."""
