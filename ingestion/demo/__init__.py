"""The demo company: an invented mail-order and web retailer and its source systems. README.md describes the files."""

from ingestion.demo.earlier_reports import read_earlier_reports
from ingestion.demo.generator import SEED, DemoSummary, generate_demo, is_current

__all__ = ["SEED", "DemoSummary", "generate_demo", "is_current", "read_earlier_reports"]
