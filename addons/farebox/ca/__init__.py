"""The proxy's CA: made for the hosts that are decrypted, kept private, rotated, and handed out to clients."""
