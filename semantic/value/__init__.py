"""What customers are worth: models of how often they buy and for how much, fitted on counts. Pure functions; docs/customer-value.md."""
