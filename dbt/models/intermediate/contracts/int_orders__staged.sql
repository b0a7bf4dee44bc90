{{ stage_contract('orders') }}
