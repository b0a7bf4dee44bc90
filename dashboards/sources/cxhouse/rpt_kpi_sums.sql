select * from read_parquet('${serving}/rpt_kpi_sums.parquet')
