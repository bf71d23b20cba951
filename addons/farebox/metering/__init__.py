"""A claimed call and its answer become a Reading. Pure."""
