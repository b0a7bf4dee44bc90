{{ stage_contract('visits') }}
