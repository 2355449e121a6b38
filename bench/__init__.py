"""Measurements against peers: one command each, everything compared in one run, JSON on standard output."""
