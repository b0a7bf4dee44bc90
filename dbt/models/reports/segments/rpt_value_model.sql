-- One row: the version of the customer values that holds, how it was made and where its boundaries lie, in words; or
-- why there is none.
select
    version,
    fitted_month_end,
    is_provisional,
    case
        when version is null then reason
        when
            is_provisional
            then
                'Version '
                || version
                || ', provisional: '
                || provisional_reason
                || '. A new one is made when a newer month is complete.'
        else
            'Version ' || version || ', fitted on everything up to ' || {{ written_date('fitted_month_end') }}
            || '. Its boundaries, norms and weights stay until a new version is made.'
    end as version_text,
    value_basis,
    case value_basis
        when 'margin' then 'Margin of the next 12 months, less the cost to serve.'
        when 'revenue' then 'Revenue of the next 12 months, less the cost to serve: no costs of goods are known.'
    end as value_basis_text,
    purchase_method,
    purchase_text,
    value_method,
    value_text,
    weights_text,
    holdout_text,
    evidence_text,
    notes_text,
    financial_boundary,
    {{ money_text('financial_boundary') }} || ' and more in the next 12 months is high: the mean of all customers of '
    || {{ written_date('fitted_month_end') }} || '.' as financial_boundary_text,
    appreciation_boundary,
    printf('%.1f', appreciation_boundary)
    || ' and more of 100 is high: the median of the customers about whom something is known.'
        as appreciation_boundary_text,
    r, alpha, a, b, p, q, v,
    case when r is not null then printf('r %.4f, alpha %.4f, a %.4f, b %.4f', r, alpha, a, b) end
        as purchase_parameters_text,
    case when p is not null then printf('p %.2f, q %.2f, v %.2f', p, q, v) end as value_parameters_text,
    service_cost_per_purchase,
    {{ money_text('service_cost_per_purchase') }} as service_cost_text,
    '{{ var("currency") }}' as currency,
    reason
from {{ ref('fct_value_version') }}
