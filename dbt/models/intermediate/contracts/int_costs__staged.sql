{{ stage_contract('costs') }}
