{# Where the rows of a staging model are not those of the lake, in words with the counts; null where they are. #}
{% macro row_account_message(accounts, lake) -%}
{%- set given = "format('{:,}', " ~ accounts ~ ".rows_given)" -%}
{%- set landed = "format('{:,}', coalesce(" ~ lake ~ ".rows_landed, 0))" -%}
{%- set table = accounts ~ ".source || '.' || " ~ accounts ~ ".table_name" -%}
case
    when {{ lake }}.source is null
        then
            {{ accounts }}.staging_model || ' gives ' || {{ given }} || ' rows of ' || {{ table }}
            || ', which is no table of sources.yml. Select the columns of lineage() as they are'
    when {{ accounts }}.rows_given = 0 and {{ lake }}.rows_landed > 0
        then
            {{ accounts }}.staging_model || ' gives none of the ' || {{ landed }} || ' rows of ' || {{ table }}
            || ' in the lake. Select them with their lineage; a table that is only joined to is read with lookup('''
            || {{ accounts }}.source || ''', ''' || {{ accounts }}.table_name || ''')'
    when {{ accounts }}.rows_given < {{ lake }}.rows_landed
        then
            {{ accounts }}.staging_model || ' gives ' || {{ given }} || ' of the ' || {{ landed }} || ' rows of ' || {{ table }}
            || ' in the lake: ' || format('{:,}', {{ lake }}.rows_landed - {{ accounts }}.rows_given)
            || ' are lost. Replace inner joins by left joins, and filters by a _rejected_reason for the rows that should not count'
    when {{ accounts }}.rows_given > {{ lake }}.rows_landed
        then
            {{ accounts }}.staging_model || ' gives ' || {{ given }} || ' rows for the ' || {{ landed }} || ' of ' || {{ table }}
            || ' in the lake: ' || format('{:,}', {{ accounts }}.rows_given - {{ lake }}.rows_landed)
            || ' too many. Join to one row per key; a model that combines rows counts them with lineage_of_group()'
    when {{ accounts }}.rows_given > 0 and {{ accounts }}.fingerprint is null
        then
            {{ accounts }}.staging_model || ' counts several rows of ' || {{ table }} || ' as one and does not say which. '
            || 'Select the columns of lineage_of_group(), which gives _lake_rows and _lake_fingerprint'
    when {{ accounts }}.fingerprint <> {{ lake }}.fingerprint
        then
            {{ accounts }}.staging_model || ' gives as many rows as ' || {{ table }} || ' has in the lake (' || {{ landed }}
            || '), but not the same: some are lost and others given twice. Look at its joins and filters'
end
{%- endmacro %}
