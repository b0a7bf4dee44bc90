"""Values of customers: models of how often and for how much they buy, fitted on counts. Pure functions; see docs/customer-value.md."""
