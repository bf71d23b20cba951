"""Who made a call: users, teams, conversations, traces, programs and keys, from its headers and its body. Pure."""
