"""A client for the parts of Airflow's REST API that a run of the whole chain needs."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 30


class AirflowError(Exception):
    """Airflow refused or failed a request. The message says which one and where to look."""


class ConflictError(AirflowError):
    """The object to create exists already."""


class AirflowApi:
    """Calls to one Airflow. A token is fetched at the first call, and again after it has expired."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address, self.user, self.password = address, user, password
        self._token: str | None = None
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read; `path` is below /api/v2."""
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query, doseq=True)}" if query else path)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call with a token; `path` is below /api/v2."""
        if self._token is None:
            self._token = self.send("POST", "/auth/token", {"username": self.user, "password": self.password}, {})["access_token"]
        try:
            return self.send(method, f"/api/v2{path}", body, {"Authorization": f"Bearer {self._token}"})
        except PermissionError:
            self._token = None
            return self.call(method, path, body)

    def health(self) -> dict[str, str]:
        """State of each component; empty while the API server does not answer."""
        try:
            answer = self.send("GET", "/api/v2/monitor/health", None, {})
        except (OSError, AirflowError, ValueError):
            return {}
        return {name: str((state or {}).get("status")) for name, state in answer.items()}

    def send(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> dict[str, Any]:
        """Send one request and read the JSON answer. An error holds Airflow's own message."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json", **headers}, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")[:500]
            if error.code == 401 and "Authorization" in headers:
                raise PermissionError(text) from error
            kind = ConflictError if error.code == 409 else AirflowError
            raise kind(f"Airflow answered {error.code} to {method} {path}: {text}") from error
