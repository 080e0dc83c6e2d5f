"""How the network is trained: data, losses, one loop, checkpoints. Needs the extra mien[train]."""
