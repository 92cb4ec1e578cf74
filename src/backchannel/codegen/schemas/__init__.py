"""Schemas that change: downloaded, compared, and what a change does to operations."""
