{{ config(materialized='view') }}
-- One row per verdict on a change, and what only a change as a whole can be: its words and colour on pages, and what
-- follows from it.
select
    verdict,
    verdict_word,
    verdict_sign,
    verdict_tone,
    verdict_group,
    deciding_order,
    is_effect,
    is_final,
    is_kept,
    next_step
from {{ source('company_folder', 'verdict_words') }}
