"""How lips follow real voices: recordings with words, with times of sounds, and captures."""
