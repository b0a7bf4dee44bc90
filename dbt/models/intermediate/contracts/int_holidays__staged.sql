{{ stage_contract('holidays') }}
