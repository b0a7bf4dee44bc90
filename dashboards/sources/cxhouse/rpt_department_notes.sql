select
    month,
    owner_department,
    section,
    subject_id,
    subject,
    cast(sort_date as varchar) as sort_date,
    note
from read_parquet('${serving}/rpt_department_notes.parquet')
