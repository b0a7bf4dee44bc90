select * from read_parquet('${serving}/rpt_response_rates.parquet')
