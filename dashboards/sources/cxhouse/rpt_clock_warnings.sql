select * from read_parquet('${serving}/rpt_clock_warnings.parquet')
