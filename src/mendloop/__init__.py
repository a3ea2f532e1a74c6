"""Kubernetes operators that heal themselves."""
