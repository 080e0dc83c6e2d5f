"""Training of the network of live lips, on recordings and on speech that is made."""
