"""What Backchannel costs, beside its peers: `make bench`."""
