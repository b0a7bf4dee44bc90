"""A fake `cxhouse` command: records its arguments; fails or sleeps when a file says so."""

import json
import os
import sys
import time
from pathlib import Path

home = Path(os.environ["CXHOUSE_HOME"])
with (home / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\n")
if (home / "sleep").exists():
    time.sleep(60)
failures = home / "fail" / sys.argv[2] if len(sys.argv) > 2 else home / "none"
if failures.is_file() and (left := int(failures.read_text())) > 0:
    failures.write_text(str(left - 1))
    sys.exit(f"the source {sys.argv[2]} is down")
print("done")
