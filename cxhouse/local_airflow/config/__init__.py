"""What is copied into AIRFLOW_HOME/config; Airflow puts that folder on its import path, so nothing else stands here."""
