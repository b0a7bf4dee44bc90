"""cxhouse: the command line that orders every step of the customer-experience warehouse."""
