"""The demo company: a mail-order and web retailer that does not exist, and its foreign systems. README.md describes the files."""

from ingestion.demo.generator import SEED, DemoSummary, generate_demo, is_current

__all__ = ["SEED", "DemoSummary", "generate_demo", "is_current"]
