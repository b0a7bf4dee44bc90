"""What numbers mean: source contracts, KPI definitions, the company folder, statistics as pure functions."""
