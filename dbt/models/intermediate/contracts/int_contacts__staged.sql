{{ stage_contract('contacts') }}
