"""A small Evidence project and a published copy that build at once: `evidence` is a script that writes one page and notes that it ran."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from cxhouse.site.shell import INSTALL_ENTRIES, hash_files

EVIDENCE = """
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const page = readFileSync('pages/index.md', 'utf-8');
appendFileSync('node_modules/runs', process.pid + '\\n');
mkdirSync('build/_app/immutable', { recursive: true });
writeFileSync('build/_app/immutable/' + process.env.VITE_CXHOUSE_SHELL + '.js', '');
if (page.includes('STUCK')) await new Promise((done) => setTimeout(done, 60000));
if (page.includes('BROKEN')) {
    console.error('Error: pages/index.md is not a page');
    process.exit(3);
}
if (existsSync('sources')) throw new Error('a shell knows no source');
writeFileSync('build/index.html', page);
console.log('usage stats: ' + process.env.SEND_ANONYMOUS_USAGE_STATS);
"""
HOME = """---
title: first page
---

```sql all_rows
select * from cxhouse.rpt_tiny
```
"""
ENTRY = """---
ids: select name from cxhouse.rpt_tiny
---

```sql own
select n from cxhouse.rpt_tiny where name = '${params.name}' order by n desc
```

```sql chosen
select n from cxhouse.rpt_tiny where name = '${params.name}' and company = '${inputs.company}'
```
"""


def write_project(folder: Path) -> Path:
    """A project with one report and two pages, one of them per name; its packages count as installed."""
    (folder / "sources" / "cxhouse").mkdir(parents=True)
    (folder / "pages" / "names").mkdir(parents=True)
    (folder / "node_modules" / ".bin").mkdir(parents=True)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "package-lock.json").write_text("{}", encoding="utf-8")
    (folder / "sources" / "cxhouse" / "rpt_tiny.sql").write_text(
        "select *, '${company_name}' as company from read_parquet('${serving}/rpt_tiny.parquet') -- all of it;", encoding="utf-8"
    )
    (folder / "pages" / "index.md").write_text(HOME, encoding="utf-8")
    (folder / "pages" / "names" / "[name].md").write_text(ENTRY, encoding="utf-8")
    (folder / "node_modules" / ".bin" / "evidence").write_text(EVIDENCE, encoding="utf-8")
    (folder / "node_modules" / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    mark_installed(folder)
    return folder


def mark_installed(folder: Path) -> None:
    wanted = hash_files([folder / name for name in INSTALL_ENTRIES], base=folder)
    (folder / "node_modules" / ".cxhouse-installed").write_text(wanted, encoding="utf-8")


def list_builds(folder: Path) -> list[int]:
    """The process ids of Evidence in this project, one for each time it was started."""
    runs = folder / "node_modules" / "runs"
    return [int(line) for line in runs.read_text(encoding="utf-8").splitlines()] if runs.is_file() else []


def count_builds(folder: Path) -> int:
    """How often Evidence was started in this project."""
    return len(list_builds(folder))


def publish(serving: Path, build_id: str, rows: pl.DataFrame | None = None) -> Path:
    """A published copy with one report, of these rows; another build id makes another copy."""
    current = serving / "current"
    current.mkdir(parents=True, exist_ok=True)
    table = pl.DataFrame({"name": [build_id], "n": [1]}) if rows is None else rows
    table.write_parquet(current / "rpt_tiny.parquet")
    (current / "manifest.json").write_text(json.dumps({"build_id": build_id, "reports": {"rpt_tiny": {"rows": 1}}}), encoding="utf-8")
    return serving
