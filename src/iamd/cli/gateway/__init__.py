"""`iamd gateway …`: configurations of proxies in front of services."""
