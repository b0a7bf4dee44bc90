{{ stage_contract('deliveries') }}
