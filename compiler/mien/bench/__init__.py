"""Speed against peers that compute the same, measured side by side in one run."""
