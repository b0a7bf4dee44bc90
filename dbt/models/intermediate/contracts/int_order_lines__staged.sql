{{ stage_contract('order_lines') }}
