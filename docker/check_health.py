"""Exit 0 when an Airflow component reports that it is healthy. Usage: check_health.py ADDRESS COMPONENT"""

import json
import sys
import urllib.request

address, component = sys.argv[1:]
with urllib.request.urlopen(f"{address}/api/v2/monitor/health", timeout=8) as answer:
    status = json.load(answer).get(component, {}).get("status")
sys.exit(0 if status == "healthy" else f"{component} is {status}")
