{{ stage_contract('delivery_events') }}
