"""Every KPI counted a second time, from the demo's raw files, in plain Python: no data frame, no SQL, none of our code."""
