-- One row per segment: the four combinations of high and low values, and `unknown`. semantic/value/scoring.py assigns
-- customers to segments.
select
    'champions' as segment_id,
    'Champions' as segment_name,
    1 as position,
    'Worth more to us than the average customer, and we mean much to them.' as meaning
union all
select 'quiet_fans', 'Quiet fans', 2, 'Worth less to us than the average customer, yet we mean much to them.'
union all
select 'opportunists', 'Opportunists', 3, 'Worth more to us than the average customer, but we mean little to them.'
union all
select 'passers_by', 'Passers-by', 4, 'Worth less to us than the average customer, and we mean little to them.'
union all
select
    'unknown',
    'Unknown',
    5,
    'Too little is known to say what we mean to them: no second order, answer or failed delivery yet.'
