"""A small Evidence project and a published copy that build at once: `evidence` is a script that writes one page."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from cxhouse.site.building import INSTALL_ENTRIES, hash_files

EVIDENCE = """
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const data = '.evidence/template/static/data/cxhouse/rpt_tiny';
const page = readFileSync('pages/index.md', 'utf-8');
if (page.includes('BROKEN')) {
    console.error('Error: pages/index.md names a column that does not exist');
    process.exit(3);
}
mkdirSync('build/data', { recursive: true });
writeFileSync('build/index.html', page);
writeFileSync('build/data/rpt_tiny.parquet', readFileSync(data + '/rpt_tiny.parquet'));
writeFileSync('build/data/columns.json', readFileSync(data + '/rpt_tiny.schema.json'));
console.log('usage stats: ' + process.env.SEND_ANONYMOUS_USAGE_STATS);
"""


def write_project(folder: Path) -> Path:
    """A project with one report and one page; its packages count as installed."""
    (folder / "sources" / "cxhouse").mkdir(parents=True)
    (folder / "pages").mkdir()
    (folder / "node_modules" / ".bin").mkdir(parents=True)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "package-lock.json").write_text("{}", encoding="utf-8")
    (folder / "sources" / "cxhouse" / "rpt_tiny.sql").write_text(
        "select *, '${company_name}' as company from read_parquet('${serving}/rpt_tiny.parquet') -- all of it;", encoding="utf-8"
    )
    (folder / "pages" / "index.md").write_text("first page ", encoding="utf-8")
    (folder / "node_modules" / ".bin" / "evidence").write_text(EVIDENCE, encoding="utf-8")
    (folder / "node_modules" / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    mark_installed(folder)
    return folder


def mark_installed(folder: Path) -> None:
    wanted = hash_files([folder / name for name in INSTALL_ENTRIES], base=folder)
    (folder / "node_modules" / ".cxhouse-installed").write_text(wanted, encoding="utf-8")


def publish(serving: Path, build_id: str, rows: pl.DataFrame | None = None) -> Path:
    """A published copy with one report, of these rows; another build id makes another copy."""
    current = serving / "current"
    current.mkdir(parents=True, exist_ok=True)
    table = pl.DataFrame({"name": [build_id], "n": [1]}) if rows is None else rows
    table.write_parquet(current / "rpt_tiny.parquet")
    (current / "manifest.json").write_text(json.dumps({"build_id": build_id, "reports": {"rpt_tiny": {"rows": 1}}}), encoding="utf-8")
    return serving
