"""A claimed call and its response become a Reading. Pure."""
