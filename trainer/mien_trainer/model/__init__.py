"""The network that gives faces for sound and conditions. Needs torch, the extra mien[train]."""
