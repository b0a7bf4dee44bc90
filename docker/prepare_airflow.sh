#!/bin/sh
# Make the metadata database, the pool with one slot for the warehouse, and the password file. It can be run again.
set -eu
umask 077
airflow db migrate
airflow pools set warehouse 1 "The warehouse file has one writer."
python - <<'PYTHON'
import json
import os
from pathlib import Path

path = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
path.touch(mode=0o600)
path.write_text(json.dumps({"admin": os.environ["AIRFLOW_PASSWORD"]}))
PYTHON
