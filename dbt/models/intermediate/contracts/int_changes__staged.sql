{{ stage_contract('changes') }}
