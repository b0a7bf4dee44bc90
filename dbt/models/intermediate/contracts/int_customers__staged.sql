{{ stage_contract('customers') }}
