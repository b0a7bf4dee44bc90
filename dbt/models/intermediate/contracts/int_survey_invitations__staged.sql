{{ stage_contract('survey_invitations') }}
