{{ stage_contract('opening_hours') }}
