{{ stage_contract('survey_responses') }}
