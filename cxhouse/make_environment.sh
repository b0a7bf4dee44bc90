#!/usr/bin/env bash
# Make the Python environment from the hash-locked requirements. Usage: make_environment.sh PYTHON FOLDER
set -euo pipefail
python=$1 folder=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; $python is $("$python" --version). Name another with: make PYTHON=python3.12" >&2
    exit 1
}
if [ ! -x "$folder/bin/python" ] || ! "$folder/bin/python" -m pip --version > /dev/null 2>&1; then
    if ! "$python" -m venv --clear "$folder"; then
        # Debian and Ubuntu ship the venv module apart from Python
        if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
            apt-get update -qq && apt-get install -y -qq python3-venv
            "$python" -m venv --clear "$folder"
        else
            echo "Python's venv module is missing. Install it (Debian, Ubuntu: apt-get install python3-venv), then run this again." >&2
            exit 1
        fi
    fi
fi
# uv is in the lock like everything else; its own lines are enough to bootstrap it
lock=$(mktemp)
trap 'rm -f "$lock"' EXIT
awk '/^uv==/ { found = 1 } found { print } found && !/\\$/ { exit }' requirements.lock > "$lock"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$lock"
# certificates of the system first (company proxies), then uv's own
sync=("$folder/bin/uv" pip sync --quiet --python "$folder/bin/python" --require-hashes --compile-bytecode requirements.lock)
"${sync[@]}" --system-certs || "${sync[@]}"
"$folder/bin/uv" pip install --quiet --offline --python "$folder/bin/python" --no-deps --no-build-isolation --editable .
echo "environment ready in $folder"
